// Everything that a show needs, real: dTok in a process of its own, a publisher, two carriers that are not ours, and a store that takes copies.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Dtok, freePort, startDtok, temporaryFolder } from '../support/dtok.js';
import { account, startS3 } from '../support/s3.js';
import { cacheOf, folderOf, startCarrier } from './carrier.js';
import { startChat } from './chat.js';
import { reconnectMs } from './plan.js';
import { openPublisher } from './publisher.js';

const commands = fileURLToPath(new URL('../../scripts/dtok.mjs', import.meta.url));
const params = { stream: 'main' };
export const keyPeriodMs = 2000;

export type Stage = Awaited<ReturnType<typeof setStage>>;

export async function setStage() {
  const data = temporaryFolder('soak');
  const folder = join(data, 'copies');
  mkdirSync(folder);
  const s3 = await startS3();
  const chat = await startChat();
  let base = '';
  const carriers = [
    await startCarrier(cacheOf(() => base)),
    await startCarrier(folderOf(join(folder, 'main'))),
  ] as const;
  const port = `${await freePort()}`;
  const env = {
    ...{
      PORT: port,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      RTMP_PORT: `${await freePort()}`,
      TEST_CARD: 'off',
      LOG_LEVEL: 'info',
    },
    ...{
      PREVIEW_SECONDS: '4',
      KEY_PERIOD_SECONDS: `${keyPeriodMs / 1000}`,
      RECONNECT_SECONDS: `${reconnectMs / 1000}`,
    },
    ...{ RENDITIONS: '360p', FIRST_LINK_CREDIT: '100000', CHAT_MIN_DEPOSIT: '0.001', CHAT_DAY_CAP: '100000' },
    ...{ RATE_LIMIT: '1000000', KEY_RATE_LIMIT: '1000000', SETTLE_AFTER_SECONDS: '40', SETTLE_MINIMUM: '1000000' },
    ...{ PUBLISH_TO: `${folder},s3://shows/live`, S3_ENDPOINT: s3.endpoint, S3_REGION: account.region },
    ...{ S3_ACCESS_KEY_ID: account.accessKeyId, S3_SECRET_ACCESS_KEY: account.secretAccessKey },
    ...{ TELEGRAM_TOKEN: chat.token, TELEGRAM_API_ROOT: chat.apiRoot, MIN_TIP: '0.001' },
    MEDIA_BASE: carriers.map((carrier) => carrier.base).join(' '),
  };
  let dtok: Dtok = await startDtok({ env, data });
  base = dtok.base;
  // It ends its chain too.
  process.once('exit', () => dtok.process.kill());
  const { streamKey } = await dtok.api('hostStream', { params });
  const publisher = await openPublisher(Number(env.RTMP_PORT), `/live/${streamKey}`);
  const outputs: string[] = [];

  return {
    ...{ data, carriers, publisher, chat },
    dtok: () => dtok,
    copy: {
      be(manner: 'right' | 'refused' | 'hanging'): void {
        s3.order.length = 0;
        s3.setFault(() => (manner === 'refused' ? 503 : manner === 'hanging' ? 'hang' : null));
      },
    },
    async killServer(): Promise<void> {
      await dtok.kill();
      outputs.push(dtok.output());
      dtok = await startDtok({ env, data });
    },
    /** Of all its lives. */
    output: (): string => [...outputs, dtok.output()].join('\n'),
    /** What a command of the host's says, and whether it is content. */
    async command(name: string): Promise<{ code: number; said: string }> {
      const child = spawn(process.execPath, [commands, name], {
        env: { ...process.env, ...env, DATA_DIR: data },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code: code ?? 1, said };
    },
    async stop(): Promise<number | null> {
      await publisher.close();
      const code = await dtok.stop();
      for (const carrier of carriers) carrier.stop();
      s3.stop();
      await chat.stop();
      return code;
    },
  };
}
