import { Transform } from 'class-transformer';
import { IsIn, IsString, Length, Matches } from 'class-validator';
import { runStates, type RunState } from '../../domain/records.ts';
import { Optional } from '../validation/optional.ts';

export const kinds = ['event', 'run', 'attempt'] as const;
export type Kind = (typeof kinds)[number];

const listed = ({ value }: { value: unknown }) => [value].flat().flatMap((part) => String(part).split(','));

/** What of all that happens is wanted. */
export class StreamQueryDto {
  /** `event,run`: only these. */
  @Optional()
  @Transform(listed)
  @IsIn(kinds, { each: true, message: `$property must be among ${kinds.join(', ')}` })
  kinds?: Kind[];

  /** Type of the event, of runs and attempts the type of the event that caused them. */
  @Optional()
  @Matches(/^\w+\.\w+$/, { message: '$property must be the type of an event, such as vm.error' })
  @IsString()
  type?: string;

  /** What the event is about, or the run acts on: `vm/gpu-01`. */
  @Optional()
  @Matches(/^[^/]+\/./, { message: '$property must be a type and a key, such as vm/gpu-01' })
  @IsString()
  object?: string;

  /** Id of a task: its runs and their attempts, no events. */
  @Optional()
  @Length(1, 200)
  @IsString()
  task?: string;

  /** Runs that come into one of these states, and the attempts that bring them there; no events. */
  @Optional()
  @Transform(listed)
  @IsIn(runStates, { each: true, message: `$property must be among ${runStates.join(', ')}` })
  state?: RunState[];
}
