/** Tables that scroll inside their box and can be copied or saved as CSV. `raw` is what the CSV holds. */
import { html, type Markup, type Piece } from './markup.ts'

export interface Column {
  readonly title: Piece
  readonly numeric?: boolean
}

export interface Cell {
  readonly shown: Piece
  readonly raw?: number | string | null
}

interface Table {
  readonly id: string
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly (Piece | Cell)[])[]
  readonly note?: Piece
}

export function table({ id, caption, columns, rows, note }: Table): Markup {
  return html`<figure class="table" id="table-${id}" data-name="${id}">
<figcaption><span class="title">${caption}</span></figcaption>
<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
<table>
<thead><tr>${columns.map((column) => html`<th scope="col"${column.numeric ? html` class="n"` : ''}>${column.title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map((piece, index) => cell(piece, columns[index]?.numeric ?? false, index === 0))}</tr>
`,
  )}</tbody>
</table>
</div>${note ? html`<p class="note">${note}</p>` : ''}
</figure>
`
}

function cell(piece: Piece | Cell, numeric: boolean, head: boolean): Markup {
  const { shown, raw } = isCell(piece) ? piece : { shown: piece, raw: undefined }
  const attributes = html`${numeric ? html` class="n"` : ''}${raw === undefined ? '' : html` data-raw="${raw ?? ''}"`}`
  return head ? html`<th scope="row"${attributes}>${shown}</th>` : html`<td${attributes}>${shown}</td>`
}

function isCell(piece: Piece | Cell): piece is Cell {
  return typeof piece === 'object' && piece !== null && 'shown' in piece
}
