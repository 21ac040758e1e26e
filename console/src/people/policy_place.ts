// Where in a document's text the place is that a problem names: "Statement[2].Action".

export interface TextRange {
  start: number;
  end: number;
  line: number;
}

const blank = /[\s]*/y;
const scalar = /[^\s,\]}]*/y;
const quoted = /"(?:[^"\\]|\\.)*"/y;

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 0);
}

// The end of the value that begins at `at`.
function endOf(text: string, at: number): number {
  if (text[at] === '"') return Math.max(skip(quoted, text, at), at + 1);
  if (text[at] !== '{' && text[at] !== '[') return Math.max(skip(scalar, text, at), at + 1);
  let depth = 0;
  for (let end = at; end < text.length;) {
    const sign = text[end];
    if (sign === '"') {
      end = Math.max(skip(quoted, text, end), end + 1);
      continue;
    }
    if (sign === '{' || sign === '[') ++depth;
    if (sign === '}' || sign === ']') --depth;
    ++end;
    if (depth === 0) return end;
  }
  return text.length;
}

// Where the member of that name begins, within the object at `at`.
function memberAt(text: string, at: number, name: string): number | null {
  let next = skip(blank, text, at + 1);
  while (text[next] === '"') {
    const ends = endOf(text, next);
    const is = text.slice(next, ends) === JSON.stringify(name);
    const value = skip(blank, text, skip(blank, text, ends) + 1);
    if (is) return value;
    next = skip(blank, text, endOf(text, value));
    if (text[next] !== ',') return null;
    next = skip(blank, text, next + 1);
  }
  return null;
}

function itemAt(text: string, at: number, index: number): number | null {
  let next = skip(blank, text, at + 1);
  for (let item = 0; next < text.length && text[next] !== ']'; ++item) {
    if (item === index) return next;
    next = skip(blank, text, endOf(text, next));
    if (text[next] !== ',') return null;
    next = skip(blank, text, next + 1);
  }
  return null;
}

// The number of the statement that a place is in.
export function statementIn(where: string): number | null {
  const found = /^Statement(?:\[(\d+)\])?(?:\.|$)/.exec(where);
  return found === null ? null : Number(found[1] ?? 0);
}

// As far as the text follows the place, and there the text that is named, if one is; nothing where
// the place does not even begin.
export function rangeOf(text: string, where: string, named = ''): TextRange | null {
  let at = skip(blank, text, 0);
  let found: number | null = null;
  for (const [, name, index] of where.matchAll(/([A-Za-z]+)|\[(\d+)\]/g)) {
    const opens = text[at];
    // A document with one statement may leave its list out.
    if (index !== undefined && opens === '{' && Number(index) === 0) continue;
    const next: number | null =
      name !== undefined && opens === '{'
        ? memberAt(text, at, name)
        : index !== undefined && opens === '['
          ? itemAt(text, at, Number(index))
          : null;
    if (next === null) break;
    at = found = next;
  }
  if (found === null) return null;
  const end = endOf(text, found);
  const rangeAt = (start: number, ends: number) => ({
    start,
    end: ends,
    line: text.slice(0, start).split('\n').length,
  });
  // Problems name actions in small letters, however they were written.
  const written = JSON.stringify(named).toLowerCase();
  const within = text.slice(found, end).toLowerCase().indexOf(written);
  if (named === '' || within < 0) return rangeAt(found, end);
  return rangeAt(found + within, found + within + written.length);
}
