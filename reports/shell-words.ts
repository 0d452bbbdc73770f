/** Commands that are shown to be pasted: a name with anything unusual in it must not become a command of its own. */

/** One word for a POSIX shell, whatever is in it. */
export function quoted(text: string): string {
  return /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** A file as an argument: one that begins with a dash would be read as an option. */
export function fileWord(path: string): string {
  return quoted(path.startsWith('-') ? `./${path}` : path)
}
