/**
 * Statements drawn from pieces that are dangerous in each other's company: keywords in strings, comments that are
 * executed, names that are keywords, what changes something inside what reads. Many are no SQL at all.
 */
import fc from 'fast-check'

const SPACE = fc.constantFrom(' ', '\n', '\t', ' /* c */ ', ' -- c\n', ' # c\n', '/**/ ')

/** Changes something where MySQL lets it. */
const CHANGE = fc.constantFrom(
  "INSERT INTO users (name) VALUES ('x')",
  'INSERT INTO users (name) SELECT name FROM products',
  "REPLACE INTO products (id, name) VALUES (1, 'x')",
  'UPDATE products SET stock = stock + 1',
  'DELETE FROM products LIMIT 1',
  'DELETE products FROM products JOIN users',
  'TRUNCATE users',
  'DROP TABLE IF EXISTS t',
  'CREATE TABLE t (a INT)',
  'CREATE TABLE t SELECT * FROM products',
  'ALTER TABLE products COMMENT "x"',
  'CREATE INDEX i ON products (stock)',
  'RENAME TABLE t TO u',
  'CALL writes()',
  'SET @a = 1',
  'SET GLOBAL max_connections = 400',
  'ANALYZE TABLE products',
  "LOAD DATA INFILE '/nowhere' INTO TABLE products",
  'CREATE USER somebody',
)

const QUERY = fc.constantFrom(
  'SELECT * FROM products',
  'TABLE products',
  'VALUES ROW(1, 2)',
  'SELECT \'DELETE FROM products\', "; DROP TABLE t"',
  'SELECT `update` FROM (SELECT 1 AS `update`) AS `into`',
  'SELECT writer()',
  'SELECT * FROM products WHERE id = writer()',
  "SELECT REPLACE(name, 'a', 'b'), INSERT(name, 1, 1, 'x') FROM products",
  'SELECT id FROM products FOR UPDATE',
  'SELECT 1 INTO @a',
  'SELECT @a := 2',
  "SELECT GET_LOCK('a', 0)",
  'SHOW TABLES',
  'DESC products',
  'SELECT 1',
)

const ANY = fc.oneof(CHANGE, QUERY)

const WRAPPED = fc.oneof(
  ANY,
  fc.tuple(ANY, ANY).map(([a, b]) => `${a}; ${b}`),
  ANY.map((inner) => `/*! ${inner} */`),
  ANY.map((inner) => `/*!80000 ${inner} */`),
  ANY.map((inner) => `/*!99999 ${inner} */ SELECT 1`),
  fc.tuple(QUERY, CHANGE).map(([a, b]) => `${a} /*! ; ${b} */`),
  fc.tuple(QUERY, CHANGE).map(([a, b]) => `${a} -- ${b}`),
  fc.tuple(QUERY, CHANGE).map(([a, b]) => `${a} --${b}`),
  fc.tuple(QUERY, CHANGE).map(([a, b]) => `${a} # \n; ${b}`),
  fc.tuple(QUERY, CHANGE).map(([a, b]) => `SELECT '${a.replaceAll("'", "''")}' /* ${b} */`),
  fc.tuple(QUERY, CHANGE).map(([a, b]) => `SELECT '${a.replaceAll("'", "\\'")}\\\\'; ${b}`),
  fc.tuple(QUERY, CHANGE).map(([a, b]) => `SELECT \`${a.replaceAll('`', '``')}\` FROM products; ${b}`),
  ANY.map((inner) => `WITH c AS (SELECT 1 AS a) ${inner}`),
  ANY.map((inner) => `WITH c AS (${inner}) SELECT * FROM c`),
  ANY.map((inner) => `EXPLAIN ${inner}`),
  ANY.map((inner) => `EXPLAIN ANALYZE ${inner}`),
  ANY.map((inner) => `EXPLAIN FORMAT = JSON INTO @a ${inner}`),
  ANY.map((inner) => `(${inner})`),
  ANY.map((inner) => `SELECT * FROM (${inner}) AS d`),
  ANY.map((inner) => `SELECT 1 WHERE 1 IN (${inner})`),
  fc.tuple(ANY, ANY).map(([a, b]) => `${a} UNION ${b}`),
  ANY.map((inner) => `PREPARE s FROM '${inner.replaceAll("'", "''")}'`),
  ANY.map((inner) => `BEGIN ${inner}; END`),
  ANY.map((inner) => `CREATE PROCEDURE p() ${inner}`),
  ANY.map((inner) => `DO (${inner})`),
  ANY.map((inner) => `SELECT 1 INTO OUTFILE '/nowhere/${inner.length}'`),
)

/** Cases change, and what stands between words. */
export const drawnStatement = fc
  .tuple(WRAPPED, fc.array(SPACE, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([text, spaces, lower]) => {
    let place = 0
    const spaced = text.replaceAll(' ', () => spaces[place++ % spaces.length]!)
    return lower ? spaced.toLowerCase() : spaced
  })
