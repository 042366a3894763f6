// How the tests run: the many small ones side by side, then those that need the machine to themselves, one by one.
import { defineConfig } from 'vitest/config';

/** Real browsers, real video, or a clock that a busy machine would upset. */
const alone = [
  'test/e2e/{show,delivery,pages,polls,community}.test.ts',
  'test/web/pages-paying.test.ts',
  'test/overlay/on-air.test.ts',
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
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: alone,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { ...shared, name: 'show', include: alone, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
