import { filter, pipe, scan } from 'rxjs';
import { BIRDS, type Score } from './feed.contract.js';
import { ofEach, type Heights } from './races.js';

/** Heights of one round: five seconds. */
const ROUND = 250;

/** Counts the rounds: who has climbed the most in one takes it. */
export const scores = () =>
  pipe(
    filter((_heights: Heights, i: number) => i % ROUND === 0),
    scan<Heights, Score, undefined>((score, heights) => {
      if (score === undefined) return { round: 1, from: heights, points: ofEach(() => 0) };
      const gain = ofEach((bird) => heights[bird] - score.from[bird]);
      const winner = BIRDS.reduce((best, bird) => (gain[bird] > gain[best] ? bird : best));
      const points = { ...score.points, [winner]: score.points[winner] + 1 };
      return { round: score.round + 1, from: heights, points, winner };
    }, undefined),
  );
