/** Light or dark: as the system says, until the reader says otherwise. Colours are CSS variables, so nothing is drawn again. */
const systemDark = matchMedia('(prefers-color-scheme: dark)')

function storedTheme() {
  try {
    return localStorage.getItem('quorumlab-theme')
  } catch {
    return null // a page from a file may have no storage; the choice then lasts as long as the page
  }
}

function isDark() {
  const chosen = document.documentElement.dataset.theme
  return chosen ? chosen === 'dark' : systemDark.matches
}

function setUpTheme() {
  const button = document.getElementById('theme')
  const stored = storedTheme()
  if (stored === 'dark' || stored === 'light') document.documentElement.dataset.theme = stored
  const label = () => {
    button.textContent = isDark() ? 'Light' : 'Dark'
    button.setAttribute('aria-label', `Switch to the ${isDark() ? 'light' : 'dark'} theme`)
  }
  button.addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark'
    document.documentElement.dataset.theme = theme
    try {
      localStorage.setItem('quorumlab-theme', theme)
    } catch {
      // as above
    }
    label()
  })
  systemDark.addEventListener('change', label)
  label()
  button.hidden = false
}
