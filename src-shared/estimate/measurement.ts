import { z } from 'zod';

const positive = z.number().positive();

/** What training steps of one child took. Times in milliseconds. */
const measuredChildSchema = z.strictObject({
  parameters: z.number().min(0),
  /** Multiply-adds of a training step's forward pass: of one image or token, times those of the step. */
  multiplyAdds: z.number().min(0),
  /** From the request to the end of the first step: includes building and loading the graph. */
  begin: positive,
  trainStep: positive,
  evaluationStep: positive,
  /** Most memory that the process has held by then, in bytes. */
  memory: positive,
});
export type MeasuredChild = z.infer<typeof measuredChildSchema>;

/** How fast children of a configuration trained on this machine. */
export const measurementSchema = z.strictObject({
  /** That of the data. */
  kind: z.string().max(100),
  /** Engine and machine that it was measured on: others make it void. */
  machine: z.string(),
  trainers: z.strictObject({
    count: z.int().min(1),
    threads: z.int().min(1).nullable(),
    device: z.string(),
  }),
  /** Name of the configuration. */
  name: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  children: z.array(measuredChildSchema).min(1),
});
export type Measurement = z.infer<typeof measurementSchema>;
