import type { RoostClient } from 'nestjs-roost/client';
import type { Me } from '../../src/accounts/account.contract.js';
import { Visitor } from '../site/visitor.js';
import { Run, type Settings } from './run.js';

/** What the server begins the page with. */
export interface CompareStart {
  readonly me: Me;
}

/** What the page shows: a run and its settings. Whatever is changed begins a new run, so that its figures are of one kind. */
export class Comparison {
  settings: Settings = { rate: 'chat', every: 2_000 };
  /** The last one, which may be over. */
  run: Run | undefined;
  running = false;
  #stopped = Date.now();
  #client: RoostClient | undefined;

  readonly visitor: Visitor;

  constructor({ me }: CompareStart) {
    this.visitor = new Visitor(me);
  }

  connect(): void {
    this.visitor.connect((client) => {
      this.#client = client;
      this.start();
    });
  }

  /** Milliseconds since 1970; what has been stopped stands still. */
  get now(): number {
    return this.running ? Date.now() : this.#stopped;
  }

  start(): void {
    if (this.#client === undefined) return;
    this.run?.stop();
    this.running = true;
    this.run = new Run(this.#client, this.settings, {
      started: ({ you }) => this.visitor.is(you),
      // The status line is about the connection that is compared: cutting it is a part of the experiment.
      websocket: (client, room) => {
        this.visitor.status.follow(client);
        room.onRecovery((recovery) => this.visitor.status.recovered(recovery));
      },
    });
  }

  stop(): void {
    if (!this.running) return;
    this.#stopped = Date.now();
    this.running = false;
    this.run?.stop();
    if (this.#client !== undefined) this.visitor.status.follow(this.#client);
  }

  change(settings: Settings): void {
    this.settings = settings;
    if (this.running) this.start();
  }
}
