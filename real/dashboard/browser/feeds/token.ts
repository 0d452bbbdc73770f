/** Only a system that listens beyond this machine asks for a token; it is kept for this tab and nowhere else. */
const KEY = 'quorumlab-token'

export function tokenHeaders(): Record<string, string> {
  const token = sessionStorage.getItem(KEY)
  return token === null ? {} : { authorization: `Bearer ${token}` }
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token)
}
