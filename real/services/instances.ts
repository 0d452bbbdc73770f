/**
 * What a member is called on the wire. Inside it is `node2`; clients of the original prototype know it as `instance-2`
 * on the host `mysql-instance-2`, whatever host and port the process really has.
 */
interface Instance {
  /** `node2`, as everywhere inside. */
  readonly node: string
  /** 0-based. */
  readonly member: number
  /** `instance-2`. */
  readonly id: string
  /** `mysql-instance-2`: its host and its container. */
  readonly host: string
}

/** In member order. */
export function instancesOf(members: readonly { readonly name: string }[]): readonly Instance[] {
  return members.map(({ name }, member) => ({
    node: name,
    member,
    id: `instance-${member + 1}`,
    host: `mysql-instance-${member + 1}`,
  }))
}
