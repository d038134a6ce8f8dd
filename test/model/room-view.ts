import type { Position } from 'nestjs-roost';
import type { RawFrame } from '../support/raw-client.js';
import type { World } from './world.js';

interface Owner {
  session(): string;
  fault(what: string): void;
}

/** A room as a client sees it: its position moves by one with each entry, and each entry is the one of the log. */
export class RoomView {
  /** Where a resume said it had come in, though its `joined` was lost. */
  enteredAt: Position | undefined;
  /** It was left and is joined again, and the answers to both were lost: entries may come before they come again. */
  rejoining = false;
  /** Up to here entries may come that it has, and drops, since it asked to be joined from further back. */
  heardUpTo = 0;
  /** Id of the last `join` that was answered. */
  joinedBy = 0;
  presence: { rev: number; readonly members: Set<string> } | undefined;
  /** Whether a change of presence was missed. */
  presenceLost = false;
  readonly #ephemerals = new Set<number>();

  constructor(
    readonly name: string,
    private readonly owner: Owner,
    private readonly world: World,
    public position: Position,
    /** The step of the truth at which its connection began. */
    private readonly startedAt: number,
  ) {
    world.members.add(`${owner.session()} ${name}`);
  }

  take(frame: RawFrame, text: string): void {
    if (frame['op'] === 'presence') this.#presence(frame);
    else if (frame['op'] === 'gap') this.#gap(frame);
    else if (frame['offset'] === undefined) this.#ephemeral(frame, text);
    else this.#entry(frame, text);
  }

  /** A state of presence, as `joined` has it. That of a repeated `joined` may be older than what was heard since. */
  presenceState(state: RawFrame | undefined): void {
    if (state === undefined || (this.presence !== undefined && state['rev'] < this.presence.rev)) return;
    const members = (state['members'] as { id: string }[]).map(({ id }) => id);
    this.presence = { rev: state['rev'] as number, members: new Set(members) };
    this.presenceLost = false;
  }

  #entry(frame: RawFrame, text: string): void {
    const { epoch, offset } = this.position;
    const { truth } = this.world;
    if ((frame['offset'] as number) <= Math.min(offset, this.heardUpTo)) return;
    if (frame['offset'] !== offset + 1) return this.owner.fault(`behind ${offset} comes ${text}`);
    this.position = { epoch, offset: offset + 1 };
    const entry = truth.entry(this.name, epoch, offset + 1);
    const spared = entry?.kind === 'message' && entry.except?.includes(this.owner.session()) === true;
    if (entry === undefined) {
      this.owner.fault(`was never published: ${text}`);
    } else if (frame['op'] === 'skip') {
      if (!spared && !truth.isRetracted(this.name, epoch, offset + 1)) this.owner.fault(`skipped for nothing: ${text}`);
    } else if (frame['op'] === 'retract') {
      if (entry.kind !== 'retract' || entry.target !== frame['target']) this.owner.fault(`retracts nothing: ${text}`);
    } else if (entry.kind !== 'message' || JSON.stringify(frame['data']) !== entry.data || spared) {
      this.owner.fault(`is not ${JSON.stringify(entry)}: ${text}`);
    } else if (truth.retractedBy(this.name, epoch, offset + 1, this.startedAt) && !this.world.several) {
      this.owner.fault(`had been retracted: ${text}`);
    }
  }

  #gap(frame: RawFrame): void {
    const { epoch, offset } = frame as unknown as Position;
    const { truth } = this.world;
    const here = this.position;
    if (epoch === here.epoch && offset <= here.offset) this.owner.fault(`a gap from ${here.offset} back to ${offset}`);
    if (epoch === here.epoch && truth.keeps(this.name, here))
      this.owner.fault(`a gap behind ${here.offset}, all of it kept`);
    this.position = { epoch, offset };
    this.heardUpTo = 0;
  }

  #ephemeral(frame: RawFrame, text: string): void {
    const { n } = frame['data'] as { n: number };
    const sent = this.world.ephemerals.get(n);
    // Of several nodes one may hear a moment later what another has said.
    const late = !this.world.several && (sent?.step ?? 0) < this.startedAt;
    if (sent === undefined || late) this.owner.fault(`ephemeral, and delivered late: ${text}`);
    else if (sent.except === this.owner.session()) this.owner.fault(`was to be spared: ${text}`);
    if (this.#ephemerals.has(n)) this.owner.fault(`ephemeral, twice: ${text}`);
    this.#ephemerals.add(n);
  }

  #presence(frame: RawFrame): void {
    if (frame['members'] !== undefined) return this.presenceState(frame);
    const rev = frame['rev'] as number;
    if (this.presence === undefined || rev <= this.presence.rev) return;
    if (rev !== this.presence.rev + 1) this.presenceLost = true;
    this.presence.rev = rev;
    for (const { id } of frame['joined'] as { id: string }[]) this.presence.members.add(id);
    for (const id of frame['left'] as string[]) this.presence.members.delete(id);
    if (this.presence.members.size !== frame['count'] && !this.presenceLost) {
      this.owner.fault(`presence counts ${this.presence.members.size}: ${JSON.stringify(frame)}`);
    }
  }
}
