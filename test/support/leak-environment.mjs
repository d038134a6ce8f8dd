import { TestEnvironment } from 'jest-environment-node';

export default class LeakEnvironment extends TestEnvironment {}
