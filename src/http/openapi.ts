// The OpenAPI document of the routes, made from the same table that serves them.
import { z } from 'zod';
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import { routes } from '../vocabulary/api.js';
import { problemCodes } from '../vocabulary/problems.js';
import type { Route } from '../vocabulary/routes/route.js';

const ProblemDetails = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(problemCodes),
    detail: z.string(),
    facts: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });

const Csv = z.string().meta({ description: 'RFC 4180, with a heading' });

const File = z.string().meta({ format: 'binary' });

const keyOperation = {
  summary: 'One media key; charges the session’s purses once for it',
  security: [{ session: [] }],
  requestParams: { path: z.object({ stream: z.string(), n: z.string().meta({ description: 'the key’s number' }) }) },
  responses: {
    200: {
      description: 'The key',
      content: { 'application/octet-stream': { schema: z.string().meta({ format: 'binary' }) } },
    },
    402: {
      description: 'Sign a higher voucher, or top up; PAYMENT-REQUIRED holds x402 requirements',
      headers: z.object({ 'payment-required': z.string() }),
      content: { 'application/problem+json': { schema: ProblemDetails } },
    },
  },
};

function operation(id: string, route: Route) {
  return {
    operationId: id,
    summary: route.summary,
    ...(route.who !== 'anyone' && { security: [{ [route.who]: [] }] }),
    ...((route.params || route.query) && {
      requestParams: { ...(route.params && { path: route.params }), ...(route.query && { query: route.query }) },
    }),
    ...(route.file && { requestBody: { required: true, content: { 'application/octet-stream': { schema: File } } } }),
    ...(route.body && { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
    responses: {
      200: {
        description: 'Done',
        content: { 'application/json': { schema: route.answer }, ...(route.csv && { 'text/csv': { schema: Csv } }) },
      },
      default: { description: 'Refused', content: { 'application/problem+json': { schema: ProblemDetails } } },
    },
  };
}

export function openApiDocument(publicUrl: string, version: string) {
  const paths: ZodOpenApiPathsObject = { '/keys/{stream}/{n}': { get: keyOperation } };
  for (const [name, route] of Object.entries(routes)) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(name, route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'dTok',
      version,
      description: 'Paid live shows. Amounts are base units of the token, as decimal strings.',
    },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      securitySchemes: {
        host: { type: 'http', scheme: 'bearer', description: 'The token printed at first start' },
        session: { type: 'http', scheme: 'bearer', description: 'From POST /api/sessions' },
      },
    },
  });
}
