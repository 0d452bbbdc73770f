/** Short numbers for the line under a chart. */
function shortNumber(value) {
  if (typeof value !== 'number') return value ?? '\u2013'
  const size = Math.abs(value)
  if (size >= 100) return Math.round(value).toLocaleString('en')
  if (size >= 10) return String(Number(value.toFixed(1)))
  return String(Number(value.toPrecision(2)))
}

function shortSeconds(ms, spanMs) {
  const decimals = spanMs < 200 ? 4 : spanMs < 2000 ? 3 : spanMs < 20000 ? 2 : 1
  return (ms / 1000).toFixed(decimals)
}
