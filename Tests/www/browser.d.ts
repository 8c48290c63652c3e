/* What browsers have and the type checker's own library does not: newer functions, and elements found by a selector or an event's details as `any`. */

interface Array<T> {
  findLast(predicate: (value: T, index: number, array: T[]) => unknown): T | undefined;
  toReversed(): T[];
  toSorted(compare?: (a: T, b: T) => number): T[];
  with(index: number, value: T): T[];
}

interface PromiseConstructor {
  withResolvers<T = any>(): { promise: Promise<T>; resolve: (value?: any) => void; reject: (reason?: any) => void };
}

interface ParentNode {
  querySelector(selectors: string): any;
  querySelectorAll(selectors: string): NodeListOf<any>;
}

interface Element {
  closest(selectors: string): any;
}

interface EventTarget {
  addEventListener(type: string, listener: (event: any) => void, options?: boolean | AddEventListenerOptions): void;
}

interface Navigator {
  readonly wakeLock?: { request(type: "screen"): Promise<EventTarget & { release(): Promise<void> }> };
}

interface PerformanceEntry {
  readonly responseStatus?: number;
}

interface Window {
  /** The charts' library, loaded by dygraphs.js. */
  Dygraph: any;
}

/* The scope of the service worker, sw.js. */
declare const registration: { readonly scope: string };
declare const clients: { claim(): Promise<void> };
declare function skipWaiting(): Promise<void>;
declare function addEventListener(type: string, listener: (event: any) => void): void;
