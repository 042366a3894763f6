// An nginx of our own for `npm run bench gate`: a static key, `secure_link`, and `auth_request` to whoever decides.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const secret = 'bench';
const expires = 4_000_000_000;

/** `$request_uri` is asked for of `port`, with the headers that came. */
const asks = (name: string): string => `
      location /${name}/ { auth_request /ask/${name}; alias @FOLDER@/www/; try_files /key =404; }
      location /ask/${name} {
        internal;
        proxy_pass http://${name}$key_uri;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Content-Length "";
        proxy_pass_request_body off;
      }`;

const upstream = (name: string, port: number): string => `
    upstream ${name} { server 127.0.0.1:${port}; keepalive 512; keepalive_requests 1000000; }`;

const config = (port: number, upstreams: Readonly<Record<string, number>>): string => `
  daemon off; master_process off; pid @FOLDER@/pid; error_log stderr error;
  events { worker_connections 4096; }
  http {
    access_log off; default_type application/octet-stream; keepalive_requests 100000000;
    client_body_temp_path @FOLDER@/t1; proxy_temp_path @FOLDER@/t2; fastcgi_temp_path @FOLDER@/t3;
    uwsgi_temp_path @FOLDER@/t4; scgi_temp_path @FOLDER@/t5;
    map $request_uri $key_uri { "~^/\\w+(/.*)$" /ask$1; }
    ${Object.entries(upstreams)
      .map(([name, at]) => upstream(name, at))
      .join('')}
    server {
      listen 127.0.0.1:${port};
      location = /static { alias @FOLDER@/www/key; }
      location = /secure {
        secure_link $arg_md5,$arg_e; secure_link_md5 "$secure_link_expires$uri ${secret}";
        if ($secure_link = "") { return 403; }
        if ($secure_link = "0") { return 410; }
        alias @FOLDER@/www/key;
      }${Object.keys(upstreams).map(asks).join('')}
    }
  }`;

export interface Nginx {
  port: number;
  process: ChildProcess;
  /** The path that `secure_link` lets through. */
  secured: string;
}

/** Resolves when it listens; `prefix` is put before its command. Throws when it is not installed, or says what is wrong. */
export async function startNginx(needs: {
  folder: string;
  port: number;
  upstreams: Readonly<Record<string, number>>;
  prefix: readonly string[];
}): Promise<Nginx> {
  const { folder, port } = needs;
  mkdirSync(join(folder, 'www'));
  writeFileSync(join(folder, 'www', 'key'), Buffer.alloc(16, 7));
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, config(port, needs.upstreams).replaceAll('@FOLDER@', folder));
  const [command = '', ...args] = [...needs.prefix, 'nginx', '-c', file, '-p', folder];
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await listening(port, child);
  const hash = createHash('md5').update(`${expires}/secure ${secret}`).digest('base64url');
  return { port, process: child, secured: `/secure?md5=${hash}&e=${expires}` };
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await pause(50);
  }
  throw new Error('nginx does not listen');
}
