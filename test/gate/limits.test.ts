// The limits by themselves: no address gets more than its share, none gets less because of others, and who asks is who Express says.
import express from 'express';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addressOf, createAddressLimit } from '../../src/stream/gate/limits.js';

const ip = fc.oneof(
  fc.ipV4(),
  fc.ipV6().filter((address) => !address.includes('.')),
);

it('lets an address ask ten seconds’ worth in ten seconds, whatever others do', () => {
  const events = fc.array(fc.record({ who: fc.nat(3), after: fc.nat(3000) }), { maxLength: 200 });
  fc.assert(
    fc.property(events, fc.integer({ min: 1, max: 3 }), (all, perSecond) => {
      let now = 0;
      const limit = createAddressLimit({ perSecond, now: () => now });
      const asked = new Map<string, number>();
      let until = 0;
      for (const { who, after } of all) {
        now += after;
        if (now >= until) {
          asked.clear();
          until = now + 10_000;
        }
        const address = `192.0.2.${who}`;
        const times = (asked.get(address) ?? 0) + 1;
        asked.set(address, times);
        const wait = limit(address);
        expect(wait > 0).toBe(times > perSecond * 10);
        expect(wait * 1000).toBeLessThan(until - now + 1000);
      }
    }),
  );
});

it('counts one IPv6 network as one, and an IPv4 address written either way', () => {
  const limit = createAddressLimit({ perSecond: 0.1, now: () => 0 });
  expect(['2001:db8::1', '2001:db8::2', '2001:db9::1'].map((address) => limit(address) > 0)).toEqual([
    ...[false, true, false],
  ]);
  expect(['192.0.2.1', '::ffff:192.0.2.1', '192.0.2.2'].map((address) => limit(address) > 0)).toEqual([
    ...[false, true, false],
  ]);
});

it('takes for who asks whom Express takes, behind any number of proxies', () => {
  const app = express();
  fc.assert(
    fc.property(fc.array(ip, { maxLength: 4 }), ip, fc.nat(3), (seen, remoteAddress, proxies) => {
      app.set('trust proxy', proxies);
      const headers = seen.length > 0 ? { 'x-forwarded-for': seen.join(', ') } : {};
      const socket = { remoteAddress };
      const req = Object.assign(Object.create(app.request), { app, headers, socket, connection: socket });
      expect(addressOf({ headers, socket }, proxies)).toBe(req.ip);
    }),
  );
});
