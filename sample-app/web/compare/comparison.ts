import type { RoostClient } from 'nestjs-roost/client';
import type { Visitor } from '../site/visitor.js';
import { Run, type Settings } from './run.js';

/** What the page shows: a run and its settings. Whatever is changed begins a new run, so that its figures are of one kind. */
export class Comparison {
  settings: Settings = { rate: 'chat', every: 2_000 };
  /** The last one, which may be over. */
  run: Run | undefined;
  running = false;
  #stopped = Date.now();
  #client: RoostClient | undefined;

  constructor(private readonly visitor: Visitor) {
    visitor.enter((client) => {
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
        this.visitor.statusLine.follow(client);
        room.onRecovery((recovery) => this.visitor.statusLine.recovered(recovery));
      },
    });
  }

  stop(): void {
    if (!this.running) return;
    this.#stopped = Date.now();
    this.running = false;
    this.run?.stop();
    if (this.#client !== undefined) this.visitor.statusLine.follow(this.#client);
  }

  change(settings: Settings): void {
    this.settings = settings;
    if (this.running) this.start();
  }
}
