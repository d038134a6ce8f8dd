export * from './stage.js';
export * from './wait.js';
export { ManualClock } from '../../support/manual-clock.js';
export { Proxy } from '../../support/proxy.js';
export { RawClient, type RawFrame } from '../../support/raw-client.js';
export { gathered } from '../../support/variant.js';
export { WildStore } from './wild-store.js';
