// The checks of documents and files, on a small project that is wrong in one place at a time.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkCommands, checkLinks } from '../../scripts/checks/docs.mjs';
import { projectFiles } from '../../scripts/checks/files.mjs';
import { checkSettings } from '../../scripts/checks/settings.mjs';
import { checkCircles, checkFirstLines, checkTraces } from '../../scripts/checks/sources.mjs';
import { reach } from '../../scripts/imports.mjs';

let root: string;

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

type Check = (project: { root: string; files: string[] }) => string[];
const run = (check: Check): string[] => check({ root, files: projectFiles(root) });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dtok-checks-'));
  write({
    'package.json': '{ "scripts": { "start": "x", "check": "y" } }',
    'README.md': '# One\n\n[money](docs/money.md#who-can-lose-what) [site](https://example.org)\n\nType `npm start`.\n',
    'docs/money.md': '# Money\n\n## Who can lose what?\n\n[back](../README.md) <img src="a.png">\n',
    'docs/a.png': 'picture',
    '.env.example': '# The port.\nPORT=1\n',
    'src/settings.ts':
      '// Settings.\nconst Env = z.object({\n  PORT: port,\n});\nexport const settings = { port: 1 };\n',
    'src/main.ts': "// Main.\nimport { settings } from './settings.js';\nimport { ask } from './room/door.js';\n",
    'src/room/door.ts': "// Door.\nimport type { A } from './inside.js';\n",
    'src/room/inside.ts': '// Inside.\nexport type A = 1;\n',
    'node_modules/x/README.md': '[nothing](nowhere.md)',
  });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const all: Check[] = [checkLinks, checkCommands, checkSettings, checkTraces, checkFirstLines, checkCircles];

describe('the checks', () => {
  it('find nothing in a project that is right', () => expect(all.flatMap(run)).toEqual([]));

  it.each([
    ['a link to no file', checkLinks, { 'A.md': '[x](gone.md)' }, /gone\.md leads nowhere/],
    ['a link to no heading', checkLinks, { 'A.md': '[x](docs/money.md#gone)' }, /no heading for #gone/],
    ['a picture that is not there', checkLinks, { 'A.md': '![x](gone.png)' }, /gone\.png/],
    ['a command that is no script', checkCommands, { 'A.md': '`npm run gone -- x`' }, /no script "gone"/],
    ['npm test without one', checkCommands, { 'A.md': '`npm test`' }, /no script "test"/],
    ['a setting that is not explained', checkSettings, { '.env.example': '' }, /does not explain PORT/],
    ['a setting that is not known', checkSettings, { '.env.example': 'PORT=\nPROT=\n' }, /PROT, which/],
    ['a registry', checkTraces, { a: ['see https://registry', 'example.org/x'].join('.') }, /^a:1 names a package reg/],
    ['a home folder', checkTraces, { a: `\n${['', 'home', 'ann', 'x'].join('/')}` }, /^a:2 names a folder/],
    ['a file without a first line', checkFirstLines, { 'src/b.ts': "import x from 'x';\n" }, /src\/b\.ts/],
    [
      'a circle',
      checkCircles,
      { 'src/room/inside.ts': "// In.\nexport * from './door.js';\n" },
      /door\.ts -> .*inside\.ts/,
    ],
  ])('find %s', (_, check: Check, change, wanted) => {
    write(change);
    const problems = run(check);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(wanted);
  });

  it('find this project’s own folder, which no file may name', () => {
    write({ a: `cd ${root}/src` });
    expect(run(checkTraces)).toHaveLength(1);
  });
});

describe('what a file reaches', () => {
  it('is itself and all that it imports, type imports too', () => {
    const paths = ['src/main.ts', 'src/room/door.ts', 'src/room/inside.ts', 'src/settings.ts'];
    expect(reach([join(root, 'src/main.ts')])).toEqual(paths.map((path) => join(root, path)));
  });
});
