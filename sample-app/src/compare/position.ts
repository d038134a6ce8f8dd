import { BadRequestException } from '@nestjs/common';
import type { Position } from 'nestjs-roost';

/** A position as one word, for addresses and for the ids of events. */
export function writePosition({ epoch, offset }: Position): string {
  return `${epoch}:${offset}`;
}

/** @throws {BadRequestException} where the word is none */
export function readPosition(word: string | undefined): Position {
  const [, epoch, offset] = /^(.+):(\d{1,15})$/.exec(word ?? '') ?? [];
  if (epoch === undefined) throw new BadRequestException('`since` is a position: an epoch, a colon and an offset.');
  return { epoch, offset: Number(offset) };
}
