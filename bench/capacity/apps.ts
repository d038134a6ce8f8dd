/** A kind of app, as far as its load goes. */
export interface App {
  readonly title: string;
  readonly text: string;
  /** Rooms of each connection, and members of each room, for so many connections. */
  readonly roomsEach: number;
  readonly members: (connections: number) => number;
  /** Messages per second that members say in one room, and those that the app itself publishes there. */
  readonly said: number;
  readonly published: number;
  /** `fanOut.window`, in milliseconds. */
  readonly window: number;
  readonly presence: boolean;
  /** Messages that are kept of each room. */
  readonly kept: number;
}

/** Rooms of the stream chat. */
const STREAMS = 10;

export const apps: readonly App[] = [
  {
    title: 'A few huge rooms',
    text:
      `The chat beside ${STREAMS} live streams. Each viewer is in one room, all of which are equally large; in each ` +
      'room 20 messages are said per second, and everybody gets all of them. Rooms gather messages for 50 ms ' +
      '(`fanOut.window`), and nobody is told who else is there (`presence: off`): every node would have to know every viewer.',
    roomsEach: 1,
    members: (connections) => connections / STREAMS,
    said: 20,
    published: 0,
    window: 50,
    presence: false,
    kept: 500,
  },
  {
    title: 'Very many small rooms',
    text:
      'Conversations of five, of which everybody has five open; in each room something is said every minute. Members ' +
      'see who is there. 100 messages of each room are kept.',
    roomsEach: 5,
    members: () => 5,
    said: 1 / 60,
    published: 0,
    window: 0,
    presence: true,
    kept: 100,
  },
  {
    title: 'Mostly idle',
    text:
      'Notifications: everybody is in a room of their own, to which the app publishes something every ten minutes. Ten ' +
      'messages are kept, and nobody is told who is there.',
    roomsEach: 1,
    members: () => 1,
    said: 0,
    published: 1 / 600,
    window: 0,
    presence: false,
    kept: 10,
  },
];
