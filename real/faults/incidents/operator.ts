/** What somebody with an administrator's account can do to one MySQL server beside its coordinator. */

/** A statement or a transaction that lasts. */
export interface Lasting {
  /** What the server itself says of it. */
  text(): Promise<string>
  end(): Promise<void>
}

export interface Operator {
  isReadOnly(): Promise<boolean>
  /** One transaction with locks on every row of the workload's table, under the application's account. */
  openTransaction(): Promise<Lasting>
  /** One statement that inserts so many rows. Done when it is under way. */
  insertRows(count: number): Promise<Lasting>
  /** A change of a table, which waits for its end with its metadata locks held. */
  alterTable(): Promise<Lasting>
  /** Transactions under the server's own uuid. */
  ownTransactions(): Promise<number>
  /** Also where super_read_only is on. */
  writeErrantly(): Promise<void>
  /** A row that no binlog has. */
  putRow(id: number): Promise<void>
  /** Takes that row away again. */
  takeRow(id: number): Promise<void>
  hasRow(id: number): Promise<boolean>
  /** As any client would. */
  insertRow(id: number): Promise<void>
  /** Numbers of the first and the last of its binlogs. */
  binlogs(): Promise<readonly [number, number]>
  purgeBinlogs(): Promise<void>
  /** From its next start on, or no longer. */
  bootWritable(writable: boolean): Promise<void>
}
