import { isAnswer } from '../store/cluster.js';

/** Name of the field of a request. */
export function requestField(id: number): string {
  return `q:${id}`;
}

/** What is written of a request whose handler runs. */
export function runningValue(node: string, lane: string): string {
  return `r${node} ${lane}`;
}

/** Whether that is written of a handler that runs on this node. */
export function runsOn(value: string, node: string): boolean {
  return value.startsWith(`r${node} `);
}

/** What is written of a request that is answered. */
export function answeredValue(text: string): string {
  return `a${text}`;
}

/** The id of a request that is written to be answered; nothing where the field is another. */
export function answeredRequest(name: string, value: string): number | undefined {
  return isAnswer(name, value) ? Number(name.slice(2)) : undefined;
}
