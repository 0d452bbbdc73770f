/**
 * The JSON Schema of `result.json`, made from the types of scenarios/result.ts and what their comments say: a field has one
 * home, and the schema follows it. Fields are added freely, so none that is unknown is forbidden.
 */
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

type Schema = Readonly<Record<string, unknown>>

const FILE = fileURLToPath(new URL('../../scenarios/result.ts', import.meta.url))
/** Unions of more than this become a schema of their own when they have a name. */
const NAMED = /^[A-Z]\w+$/
/** Of TypeScript's own, and what JSON makes of them. */
const AS_JSON: Readonly<Record<string, Schema>> = { GtidSet: { type: 'string' } }

export function resultJsonSchema(): Schema {
  const program = ts.createProgram([FILE], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
  })
  return new Schemas(program.getTypeChecker()).ofResult(program.getSourceFile(FILE)!)
}

class Schemas {
  readonly #checker: ts.TypeChecker
  readonly #definitions = new Map<string, Schema>()

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker
  }

  ofResult(file: ts.SourceFile): Schema {
    const exported = this.#checker.getExportsOfModule(this.#checker.getSymbolAtLocation(file)!)
    const result = exported.find(({ name }) => name === 'Result')
    if (result === undefined) throw new Error('assertion: scenarios/result.ts exports no Result')
    const root = this.#object(this.#checker.getDeclaredTypeOfSymbol(result))
    return {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'A result of quorumlab',
      description:
        'quorumlab.result/1: fields are added freely, never renamed. Units stand at the end of a name or of the names around it.',
      ...root,
      $defs: Object.fromEntries([...this.#definitions].sort(([a], [b]) => (a < b ? -1 : 1))),
    }
  }

  #of(type: ts.Type): Schema {
    const name = nameOf(type)
    if (name !== null && AS_JSON[name] !== undefined) return AS_JSON[name]
    const isDefined = name !== null && NAMED.test(name) && (type.isUnion() || isObject(type)) && !isBuiltIn(type)
    if (!isDefined) return this.#inline(type)
    if (!this.#definitions.has(name)) {
      // Known before it is done: a type may contain itself.
      this.#definitions.set(name, {})
      this.#definitions.set(name, {
        ...described(type.aliasSymbol ?? type.symbol, this.#checker),
        ...this.#inline(type),
      })
    }
    return { $ref: `#/$defs/${name}` }
  }

  #inline(type: ts.Type): Schema {
    if (type.isUnion()) return this.#union(type)
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value }
    const { flags } = type
    if ((flags & ts.TypeFlags.BooleanLiteral) !== 0) return { const: this.#checker.typeToString(type) === 'true' }
    if ((flags & ts.TypeFlags.StringLike) !== 0) return { type: 'string' }
    if ((flags & ts.TypeFlags.NumberLike) !== 0) return { type: 'number' }
    if ((flags & ts.TypeFlags.BooleanLike) !== 0) return { type: 'boolean' }
    if ((flags & ts.TypeFlags.Null) !== 0) return { type: 'null' }
    if ((flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)) !== 0) return {}
    if (this.#checker.isTupleType(type)) return this.#tuple(type as ts.TupleTypeReference)
    if (this.#checker.isArrayType(type)) return this.#array(type)
    if (isObject(type) || type.isIntersection()) return this.#object(type)
    throw new Error(`assertion: no JSON Schema for ${this.#checker.typeToString(type)}`)
  }

  #union(type: ts.UnionType): Schema {
    const members = type.types.filter(({ flags }) => (flags & ts.TypeFlags.Undefined) === 0)
    if (members.length === 1) return this.#of(members[0]!)
    if (members.every((member) => member.isStringLiteral()))
      return { enum: members.map((member) => (member as ts.StringLiteralType).value) }
    const isBoolean = (member: ts.Type) => (member.flags & ts.TypeFlags.BooleanLiteral) !== 0
    const booleans = members.filter(isBoolean)
    const others = members
      .filter((member) => booleans.length < 2 || !isBoolean(member))
      .map((member) => this.#of(member))
    return { anyOf: booleans.length < 2 ? others : [...others, { type: 'boolean' }] }
  }

  #array(type: ts.Type): Schema {
    return { type: 'array', items: this.#of(this.#checker.getTypeArguments(type as ts.TypeReference)[0]!) }
  }

  #tuple(type: ts.TupleTypeReference): Schema {
    const items = this.#checker.getTypeArguments(type).map((item) => this.#of(item))
    return { type: 'array', prefixItems: items, minItems: items.length, maxItems: items.length }
  }

  #object(type: ts.Type): Schema {
    const properties: Record<string, Schema> = {}
    const required: string[] = []
    for (const property of this.#checker.getPropertiesOfType(type)) {
      const schema = this.#of(this.#checker.getTypeOfSymbol(property))
      properties[property.name] = { ...described(property, this.#checker), ...schema }
      if ((property.flags & ts.SymbolFlags.Optional) === 0) required.push(property.name)
    }
    const index = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String)
    return {
      type: 'object',
      ...(Object.keys(properties).length === 0 ? {} : { properties }),
      ...(required.length === 0 ? {} : { required }),
      ...(index === undefined ? {} : { additionalProperties: this.#of(index) }),
    }
  }
}

function isObject({ flags }: ts.Type): boolean {
  return (flags & ts.TypeFlags.Object) !== 0
}

/** Of an interface or an alias without type arguments; null: it has none of its own. */
function nameOf(type: ts.Type): string | null {
  if (type.aliasSymbol !== undefined) return type.aliasTypeArguments === undefined ? type.aliasSymbol.name : null
  const name = type.symbol?.name
  return name === undefined || name.startsWith('__') ? null : name
}

function isBuiltIn(type: ts.Type): boolean {
  const file = (type.aliasSymbol ?? type.symbol)?.declarations?.[0]?.getSourceFile().fileName
  return file === undefined || file.includes('/node_modules/')
}

function described(symbol: ts.Symbol, checker: ts.TypeChecker): Schema {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, ' ').trim()
  return text === '' ? {} : { description: text }
}
