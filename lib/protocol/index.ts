export * from './codec.js';
export * from './codes.js';
export type * from './contract.js';
export * from './exception.js';
export type * from './frames.js';
export type * from './position.js';
export * from './room-name.js';
