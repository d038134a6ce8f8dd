import { roomNameFault } from '../protocol/index.js';

const PARAMETER = /^:([A-Za-z_][A-Za-z0-9_]*)$/;

/** A pattern that cannot be one, or stands twice. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

interface Found<T> {
  readonly pattern: string;
  readonly names: readonly string[];
  readonly value: T;
  readonly owner: string | undefined;
}

interface Node<T> {
  readonly statics: Map<string, Node<T>>;
  parameter: Node<T> | undefined;
  value: Found<T> | undefined;
}

/** What a room's name was found to be. */
export interface Match<T> {
  readonly value: T;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Finds what a room's name belongs to. A pattern's segments are static or `:parameters`; a parameter is one segment, and
 * where both fit the static segment wins.
 */
export class Patterns<T> {
  readonly #root: Node<T> = newNode();

  /**
   * @param owner whose pattern it is, for the words of an error
   * @throws {PatternError} where the pattern is none, or an equal one is there
   */
  add(pattern: string, value: T, owner?: string): void {
    const fail = (fault: string): never => {
      throw new PatternError(`${owner === undefined ? '' : `${owner}: `}pattern ${JSON.stringify(pattern)}${fault}`);
    };
    const fault = typeof pattern === 'string' ? roomNameFault(pattern) : 'a pattern must be a string';
    if (fault !== undefined) fail(`: ${fault}`);
    let node = this.#root;
    const names: string[] = [];
    for (const segment of pattern.split('/')) {
      if (!segment.startsWith(':')) {
        node = child(node.statics, segment);
        continue;
      }
      const name = PARAMETER.exec(segment)?.[1] ?? fail(': ":" must be followed by a parameter\'s name');
      if (names.includes(name)) fail(`: parameter "${name}" stands twice`);
      names.push(name);
      node = node.parameter ??= newNode();
    }
    if (node.value !== undefined) {
      const { pattern: other, owner: its } = node.value;
      fail(` matches the same rooms as ${JSON.stringify(other)}${its === undefined ? '' : ` of ${its}`}`);
    }
    node.value = { pattern, names, value, owner };
  }

  find(name: string): Match<T> | undefined {
    const segments = name.split('/');
    const values: string[] = [];
    const found = search(this.#root, segments, 0, values);
    if (found === undefined) return undefined;
    return { value: found.value, params: Object.fromEntries(found.names.map((key, i) => [key, values[i] as string])) };
  }
}

function search<T>(node: Node<T>, segments: readonly string[], index: number, values: string[]): Node<T>['value'] {
  const segment = segments[index];
  if (segment === undefined) return node.value;
  const fixed = node.statics.get(segment);
  const found = fixed && search(fixed, segments, index + 1, values);
  if (found !== undefined || node.parameter === undefined) return found;
  values.push(segment);
  const deeper = search(node.parameter, segments, index + 1, values);
  if (deeper === undefined) values.pop();
  return deeper;
}

function newNode<T>(): Node<T> {
  return { statics: new Map(), parameter: undefined, value: undefined };
}

function child<T>(children: Map<string, Node<T>>, segment: string): Node<T> {
  let node = children.get(segment);
  if (node === undefined) children.set(segment, (node = newNode()));
  return node;
}
