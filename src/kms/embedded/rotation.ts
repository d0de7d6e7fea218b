/** When a key gets new material, and what the key is with it. All older material stays: it opens what it sealed. */
import { dayMs } from '../../base/clock.ts';
import type { KeyRecord, Material } from './key.ts';

export const rotationPeriodDaysDefault = 365;
export const onDemandRotationsMax = 25;

/** Automatic rotation, where it is on. */
export interface KeyRotation {
  readonly periodDays: number;
  readonly nextMs: number;
}

export type RotationType = 'AUTOMATIC' | 'ON_DEMAND';

/** How a material came to be the current one. */
export interface Rotated {
  readonly type: RotationType;
  readonly atMs: number;
}

export function rotationFrom(nowMs: number, periodDays: number): KeyRotation {
  return { periodDays, nextMs: nowMs + periodDays * dayMs };
}

/** What is set for the key. The service's keys have it always, yearly, from the day they were made. */
export function rotationOf({ owner, rotation, createdMs }: KeyRecord): KeyRotation | undefined {
  if (owner === 'CUSTOMER') return rotation;
  return rotation ?? rotationFrom(createdMs, rotationPeriodDaysDefault);
}

/** A key that cannot be used waits: it is rotated as soon as it can be used again. */
export function rotationDueMs(key: KeyRecord): number | undefined {
  return key.state === 'Enabled' && !isReplica(key) ? rotationOf(key)?.nextMs : undefined;
}

/** A replica is rotated with its primary key, and has the same setting. */
export function isReplica({ primaryRegion, region }: KeyRecord): boolean {
  return primaryRegion !== undefined && primaryRegion !== region;
}

/** The key with a new current material. Only an automatic rotation moves the schedule. */
export function rotatedKey(key: KeyRecord, material: Material, how: Rotated): KeyRecord {
  const { pendingMaterial, ...rest } = key;
  const kept = pendingMaterial === undefined || pendingMaterial.id === material.id ? {} : { pendingMaterial };
  const next = { ...rest, ...kept, materials: [...key.materials, { ...material, rotated: how }] };
  const rotation = how.type === 'AUTOMATIC' ? rotationOf(key) : undefined;
  return rotation === undefined ? next : { ...next, rotation: rotationFrom(how.atMs, rotation.periodDays) };
}

export function onDemandRotationCount({ materials }: KeyRecord): number {
  return materials.filter(({ rotated }) => rotated?.type === 'ON_DEMAND').length;
}
