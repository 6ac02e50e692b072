/** Possible targets, read from kubeconfig, clusters and ssh_config, as the form and the import list offer them. */
import * as z from 'zod';
import { serviceDraftSchema } from './service-edit.ts';

export const importSourceSchema = z.enum(['kube', 'ssh']);
export type ImportSource = z.infer<typeof importSourceSchema>;

export const placesSchema = z
  .object({
    contexts: z.array(z.string()).readonly(),
    currentContext: z.string().nullable(),
    sshHosts: z.array(z.string()).readonly(),
  })
  .readonly();
export type Places = z.infer<typeof placesSchema>;

const kubeTargetSchema = z
  .object({
    /** `service/postgres`, `deployment/api`, `pod/api-0` */
    resource: z.string(),
    ports: z.array(z.object({ port: z.number().int(), name: z.string().nullable() }).readonly()).readonly(),
  })
  .readonly();
export type KubeTargetChoice = z.infer<typeof kubeTargetSchema>;

/** `failure`: a sentence if something could not be listed. */
export const kubeTargetsSchema = z
  .object({
    namespaces: z.array(z.string()).readonly(),
    targets: z.array(kubeTargetSchema).readonly(),
    failure: z.string().nullable(),
  })
  .readonly();
export type KubeTargets = z.infer<typeof kubeTargetsSchema>;

const importItemSchema = z
  .object({
    /** The entry as it would be written. */
    draft: serviceDraftSchema,
    name: z.string(),
    /** `prod · svc/postgres:5432` */
    remote: z.string(),
    localPort: z.number().int(),
    /** Why it cannot be added as is: `a service of this name exists`. */
    clash: z.string().nullable(),
  })
  .readonly();
export type ImportItem = z.infer<typeof importItemSchema>;

export const importListSchema = z
  .object({
    items: z.array(importItemSchema).max(1_000).readonly(),
    /** Sentences about what was left out or could not be read. */
    remarks: z.array(z.string()).readonly(),
  })
  .readonly();
export type ImportList = z.infer<typeof importListSchema>;
