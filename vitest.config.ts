// How the tests run: the many small ones side by side, then those that need the machine to themselves, one by one.
import { defineConfig } from 'vitest/config';

/** They leave nothing behind in a module, so each worker loads what they import once for all of them. */
const light = ['test/{bots,contracts,feed,gate,http,payments,registry,x402}/**/*.test.ts'];
/** A browser and real video each, which wait more than they work: two at a time. */
const paired = [
  'test/e2e/{broadcast,community,failover,obs,polls,predictions,studio,ways,whip}.test.ts',
  'test/overlay/{on-air,faults,editor}.test.ts',
  'test/stream/{livepeer-gateway,livepeer-studio,packaging,publish,studio-gate,whip}.test.ts',
];
/** Real browsers, real video, or a clock that a busy machine would upset. */
const alone = [
  'test/e2e/{show,delivery,pages,player}.test.ts',
  'test/web/pages-paying.test.ts',
  'test/obs/real.test.ts',
  'test/soak/soak.test.ts',
];

const shared = { environment: 'node', testTimeout: 60_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'light',
          include: light,
          isolate: false,
          // They wait for chains and processes: three keep two cores busy.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...light, ...paired, ...alone],
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { ...shared, name: 'pairs', include: paired, maxWorkers: 2, sequence: { groupOrder: 2 } },
      },
      {
        extends: true,
        test: { ...shared, name: 'show', include: alone, fileParallelism: false, sequence: { groupOrder: 3 } },
      },
    ],
  },
});
