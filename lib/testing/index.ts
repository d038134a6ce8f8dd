export { clusterContract } from './cluster-contract.js';
export type { ClusterStore, ClusterUnderTest } from './cluster-under-test.js';
export { ManualClock } from './manual-clock.js';
export { storeContract, type StoreContractCase } from './store-contract.js';
export type { StoreUnderTest } from './store-under-test.js';
