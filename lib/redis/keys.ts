/**
 * Names of keys and channels. What belongs together has one hash tag, so that a Redis Cluster keeps it in one place; a
 * tag ends at the first brace, so that braces in names are written otherwise.
 */
export class Keys {
  constructor(private readonly prefix: string) {}

  /** The room's epoch, top and retention. */
  meta(room: string): string {
    return `${this.#room(room)}meta`;
  }

  /** The room's entries. */
  log(room: string): string {
    return `${this.#room(room)}log`;
  }

  /** Who is in the room. */
  roster(room: string): string {
    return `${this.#room(room)}who`;
  }

  /** Who is not to be in the room. */
  bans(room: string): string {
    return `${this.#room(room)}bans`;
  }

  /** What is said in the room. */
  live(room: string): string {
    return `${this.#room(room)}live`;
  }

  session(id: string): string {
    return `${this.prefix}session:{${tag(id)}}`;
  }

  /** Nodes that take part, by when they were last heard of. */
  get nodes(): string {
    return `${this.prefix}{nodes}`;
  }

  /** Sessions of a node. */
  sessionsOf(node: string): string {
    return `${this.prefix}node:{${tag(node)}}:sessions`;
  }

  /** What is said to a node. */
  node(node: string): string {
    return `${this.prefix}node:{${tag(node)}}:heard`;
  }

  /** A channel by which a node finds out whether it hears what is published: one of many, for one of each shard. */
  probe(node: string, n: number): string {
    return `${this.prefix}probe:{${tag(node)}:${n}}`;
  }

  /** Is there for as long as nothing is lost of what is kept. */
  get marker(): string {
    return `${this.prefix}{nodes}:marker`;
  }

  /** Who does a task. */
  task(task: string): string {
    return `${this.prefix}task:{${tag(task)}}`;
  }

  #room(room: string): string {
    return `${this.prefix}room:{${tag(room)}}:`;
  }
}

function tag(name: string): string {
  return name.replace(/[%{}]/g, (brace) => encodeURIComponent(brace));
}
