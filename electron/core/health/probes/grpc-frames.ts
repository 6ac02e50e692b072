/**
 * The messages of grpc.health.v1. They have one field each, so no generated code is needed. Layout: protobuf encoding.
 */

export type GrpcAnswer = 'UNKNOWN' | 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';

const statuses: readonly GrpcAnswer[] = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** HealthCheckRequest { string service = 1; } in a gRPC frame: one byte for compression, four for the length. */
export function healthCheckRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const field =
    name.length === 0
      ? Buffer.alloc(0)
      : Buffer.concat([Buffer.from([0x0a]), variableInteger(name.length), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(field.length, 1);
  return Buffer.concat([head, field]);
}

/** HealthCheckResponse { ServingStatus status = 1; }; status 0 is omitted. null: the frame is not such a response. */
export function readHealthCheckResponse(frame: Buffer): GrpcAnswer | null {
  if (frame.length < 5 || frame[0] !== 0 || frame.readUInt32BE(1) !== frame.length - 5) return null;
  if (frame.length === 5) return 'UNKNOWN';
  return frame[5] === 0x08 ? (statuses[frame[6] ?? -1] ?? null) : null;
}

function variableInteger(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
