/** What containers are told of a server, made from the words and the SQL of the local driver: those are its one home. */
import { STORAGE_FLAGS, serverFlags } from '../../real/drivers/local/boot-flags.ts'
import { ACCOUNT_USERS, sqlFile, TEMPLATE_SQL, unlockSql } from '../../real/drivers/local/init-sql.ts'
import type { Accounts } from '../../real/mysql/target.ts'
import { COMPOSE_CONFIGS } from './compose-config.ts'

/** Path to text. */
export const COMPOSE_FILES: Readonly<Record<string, string>> = {
  'compose/mysql/server.flags': lines(serverFlags()),
  'compose/mysql/storage.flags': lines(STORAGE_FLAGS),
  'compose/mysql/template.sql': sqlFile(TEMPLATE_SQL),
  ...Object.fromEntries(
    Object.entries(COMPOSE_CONFIGS).map(([path, config]) => [path, `${JSON.stringify(config, null, 2)}\n`]),
  ),
  // Passwords are put in by the container, in place of @admin@ and so on.
  'compose/mysql/unlock.sql': lines(unlockSql(placeholders())),
}

function placeholders(): Accounts {
  const names = Object.entries(ACCOUNT_USERS).map(([name, user]) => [name, { user, password: `@${name}@` }])
  return Object.fromEntries(names) as Accounts
}

function lines(words: readonly string[]): string {
  return `${words.join('\n')}\n`
}
