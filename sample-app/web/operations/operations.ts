import { computed, signal } from '@preact/signals';
import type { Position } from 'nestjs-roost/client';
import type { Me } from '../../src/accounts/account.contract.js';
import { PERIOD, SPAN, type OperationsContract, type Told } from '../../src/operations/operations.contract.js';
import { Visitor } from '../site/visitor.js';

/** What the server begins the page with. */
export interface OperationsStart {
  readonly me: Me;
  /** The figures of the last minutes, and where the room's log goes on. */
  readonly told?: readonly Told[];
  readonly position?: Position;
  /** Why somebody may not see them, in words. */
  readonly refusal?: string;
}

/** A node, and the figures that it has told in the last minutes, the oldest first. */
export interface Node {
  readonly name: string;
  /** One of the ten tints. */
  readonly tint: number;
  readonly told: readonly Told[];
  readonly last: Told;
  /** It has told nothing for a while, and is not counted. */
  readonly silent: boolean;
}

/** Figures of a node that may be late before it is taken to be silent. */
const LATE = 3;
/** Milliseconds after which a silent node is not shown any more. */
const FORGOTTEN = 60_000;
/** Milliseconds that are plotted at least. */
const SHORTEST = 60_000;
/** Tints of nodes, far from each other. */
const TINTS = [0, 5, 8, 3, 6, 1, 9, 4, 7, 2] as const;

/** The figures of all nodes. */
export class Operations {
  readonly visitor: Visitor;
  readonly refusal = signal<string | undefined>(undefined);
  readonly #told = signal<readonly Told[]>([]);
  readonly #since: Position | undefined;
  /** Names of nodes in the order in which they were first seen, so that each keeps its tint. */
  readonly #names: string[] = [];
  /** The newest figures are of this moment, in milliseconds since 1970 by the server's clock. */
  readonly now = computed(() => this.#told.value.at(-1)?.ts ?? 0);
  /** What is plotted, in milliseconds since 1970: the last minutes, as far as there is something of them. */
  readonly range = computed(() => {
    const to = this.now.value;
    return { from: Math.min(to - SHORTEST, this.#told.value[0]?.ts ?? to), to };
  });
  readonly nodes = computed(() => this.#nodes());
  /** The nodes that are there. */
  readonly live = computed(() => this.nodes.value.filter(({ silent }) => !silent));

  constructor({ me, told = [], position, refusal }: OperationsStart) {
    this.visitor = new Visitor(me);
    this.#since = position;
    this.refusal.value = refusal;
    this.#add(told);
  }

  connect(): void {
    const refused = this.refusal.value !== undefined;
    let begun = false;
    this.visitor.connect((client) => {
      // Somebody else may see other things.
      if (begun) location.reload();
      begun = true;
      if (refused) return;
      const room = client.join<OperationsContract>('operations', this.#since && { since: this.#since });
      room.onJoined(({ data }) => this.visitor.is(data.you));
      room.onRecovery((recovery) => this.visitor.status.recovered(recovery));
      room.onLeft((_reason, error) => (this.refusal.value = error?.message ?? 'This page is not yours any more.'));
      room.on('figures', (data, { ts }) => this.#add([{ ts, data }]));
    });
  }

  #add(told: readonly Told[]): void {
    for (const { data } of told) if (!this.#names.includes(data.node)) this.#names.push(data.node);
    const all = [...this.#told.value, ...told];
    const newest = all.at(-1)?.ts ?? 0;
    this.#told.value = all.filter(({ ts }) => ts > newest - SPAN);
  }

  #nodes(): Node[] {
    const now = this.now.value;
    return this.#names.flatMap((name, i) => {
      const told = this.#told.value.filter(({ data }) => data.node === name);
      const last = told.at(-1);
      if (last === undefined || last.ts < now - FORGOTTEN) return [];
      return [{ name, tint: TINTS[i % TINTS.length] ?? 0, told, last, silent: last.ts < now - LATE * PERIOD }];
    });
  }
}
