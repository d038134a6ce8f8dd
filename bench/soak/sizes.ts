/** Visitors at any time, rooms there are, and how many of them a visitor is in at first. */
export const VISITORS = 200;
export const ROOMS = 40;
export const ROOMS_EACH = 4;
/** Entries of a room's history: full in the first seconds. */
export const HISTORY = 200;
/** Milliseconds that a session outlives its connection: those of visitors that vanished are as many as they get early on. */
export const SESSION_TTL = 20_000;
/** Characters of a message that the server publishes: who does not read is closed before it reads again. */
export const LENGTH = 4_000;
