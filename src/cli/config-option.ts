import { Option } from 'commander';

/** `--config`, which may be given several times. */
export function configOption(): Option {
  return new Option(
    '--config <path>',
    'configuration file, or folder of *.yaml; may be repeated (default: config/signalbox.yaml)',
  ).argParser((path: string, before: readonly string[] | undefined) => [...(before ?? []), path]);
}
