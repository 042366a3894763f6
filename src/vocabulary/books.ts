// What is claimed and earned: settlement, reports, and whether the books match.
import { z } from 'zod';
import { Address, Amount, Bytes32 } from './values.js';

export const SettleRequest = z
  .object({
    refund: z
      .boolean()
      .default(false)
      .meta({ description: 'also give every channel’s unspent rest back to its payer' }),
    dryRun: z.boolean().default(false).meta({ description: 'only say what would be done: no transaction has a hash' }),
  })
  .meta({ id: 'SettleRequest' });
export const SettleReport = z
  .object({
    claims: z.array(z.object({ channel: Bytes32, amount: Amount, transaction: z.string().nullable() })),
    refunds: z.array(z.object({ channel: Bytes32, to: Address, amount: Amount, transaction: z.string().nullable() })),
    settled: Amount.meta({ description: 'moved to the host’s address by this call' }),
    transaction: z.string().nullable(),
  })
  .meta({ id: 'SettleReport' });
export type SettleReport = z.infer<typeof SettleReport>;

const Day = z.iso.date().transform((day) => Date.parse(day));
export const ReportQuery = z.object({
  by: z.enum(['stream', 'day', 'payer']).default('day'),
  from: Day.optional().meta({ description: 'a day (UTC): 2026-11-01' }),
  to: Day.optional().meta({ description: 'the first day that is not included' }),
  limit: z.coerce.number().int().min(1).max(1000).default(1000).meta({ description: 'lines of JSON; CSV has all' }),
  format: z.enum(['json', 'csv']).optional().meta({ description: 'goes before the Accept header' }),
});
export type ReportQuery = z.infer<typeof ReportQuery>;
const reportSums = {
  watched: Amount,
  tipped: Amount,
  claimed: Amount.meta({ description: 'the part of both that is claimed on chain by now; the oldest charges first' }),
  paidMs: z.number().int(),
  freeMs: z.number().int(),
  tips: z.number().int(),
};
export const ReportLine = z
  .object({
    of: z.string().meta({ description: 'the stream’s id, the day (UTC), or the payer’s address' }),
    label: z.string().meta({ description: 'the stream’s title, or what the payer’s watch link is for' }),
    ...reportSums,
  })
  .meta({ id: 'ReportLine' });
export type ReportLine = z.infer<typeof ReportLine>;
export const Report = z
  .object({
    lines: z.array(ReportLine).meta({ description: 'days in order, streams and payers with the most first' }),
    count: z.number().int().meta({ description: 'of all lines, also those beyond the limit' }),
    total: z.object(reportSums),
  })
  .meta({ id: 'Report' });
export type Report = z.infer<typeof Report>;

const count = z.number().int();
export const Verification = z
  .object({
    checked: z.object({ charges: count, purses: count, vouchers: count, tips: count, votes: count, channels: count }),
    findings: z.array(z.object({ what: z.string(), where: z.string(), expected: z.string(), found: z.string() })),
  })
  .meta({ id: 'Verification', description: 'where the ledger, its charges and vouchers, and the chain do not match' });
