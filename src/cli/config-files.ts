import type { FieldIssue } from '../domain/errors.ts';

/** Files, and folders of files; without any, the one that the environment names, or config/signalbox.yaml. */
interface AskedFiles {
  readonly file?: readonly string[] | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** The resources that configuration files name. */
export interface FilesDocument {
  readonly sections: Readonly<Record<string, unknown>>;
  readonly texts: readonly (readonly (string | number)[])[];
  placeOf(path: readonly (string | number)[]): string | undefined;
  explain(issues: readonly FieldIssue[], code: string | undefined): Error;
}

/** What commands need of configuration files. Everything rejects with what is wrong, and where. */
export interface ConfigFiles {
  load(asked: AskedFiles): Promise<FilesDocument>;
  validate(asked: AskedFiles & { readonly partial?: boolean | undefined }): Promise<{
    readonly files: readonly string[];
    readonly resources: number;
    readonly warnings: readonly string[];
  }>;
}
