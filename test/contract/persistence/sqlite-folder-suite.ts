import { describe, expect, it } from '@jest/globals';
import { chmod, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SqliteDatabase } from '../../../src/persistence/sqlite/sqlite-database.ts';
import { openStore } from '../../../src/persistence/store.ts';
import { sqlite, temporaryFolder } from './backend.ts';
import { startCommitter } from './committer.ts';
import { event, noRuns } from './records.ts';

const inUse = { code: 'STORAGE_UNAVAILABLE', message: expect.stringContaining('in use by another') };

/** The data folder and who may have it. */
export function sqliteFolderSuite(): void {
  describe('data folder', () => {
    it('is made for the eyes of its owner only', async () => {
      await using folder = await temporaryFolder();
      const dataDir = join(folder.path, 'a', 'data');
      const store = await openStore({ url: 'sqlite:', dataDir });
      await store.journal.commit([event()], noRuns);
      const modes = await Promise.all(
        ['', 'signalbox.db', 'signalbox.db-wal'].map(
          async (name) => (await stat(join(dataDir, name))).mode & 0o777,
        ),
      );
      expect(modes).toEqual([0o700, 0o600, 0o600]);
      await store.close();
    });

    it('is set up to keep what was committed and to give space back', async () => {
      await using folder = await temporaryFolder();
      const database = await SqliteDatabase.open(join(folder.path, 'signalbox.db'));
      const settings = ['journal_mode', 'synchronous', 'auto_vacuum', 'journal_size_limit', 'busy_timeout'];
      const values = await database.exclusively((handle) =>
        settings.map((name) => handle.pragma(name, { simple: true })),
      );
      expect(values).toEqual(['wal', 2, 2, 64 * 1024 * 1024, 2_000]);
      await database.close();
    });

    it('keeps the mode that somebody has given it', async () => {
      await using folder = await temporaryFolder();
      await chmod(folder.path, 0o750);
      await (await openStore({ url: 'sqlite:', dataDir: folder.path })).close();
      expect((await stat(folder.path)).mode & 0o777).toBe(0o750);
    });

    it('is refused to a second process, by whatever path, and free again when the first has closed', async () => {
      await using folder = await temporaryFolder();
      const [dataDir, link] = [join(folder.path, 'data'), join(folder.path, 'link')];
      const first = await openStore({ url: 'sqlite:', dataDir });
      await symlink(dataDir, link);
      await expect(openStore({ url: 'sqlite:', dataDir })).rejects.toMatchObject(inUse);
      await expect(openStore({ url: 'sqlite:', dataDir: link })).rejects.toMatchObject(inUse);
      await first.journal.commit([event()], noRuns);
      await first.close();
      const second = await openStore({ url: 'sqlite:', dataDir });
      expect((await second.history.events({ limit: 10 })).items).toHaveLength(1);
      await second.close();
    });

    it('is free as soon as the process that had it is killed', async () => {
      await using database = await sqlite.create();
      await using committer = await startCommitter(database.url);
      await expect(database.open()).rejects.toMatchObject(inUse);
      await committer.killAfter(1);
      const store = await database.open();
      await store.journal.commit([event()], noRuns);
      await store.close();
    });

    it('says what is wrong when there can be no database', async () => {
      await using folder = await temporaryFolder();
      const file = join(folder.path, 'text');
      await writeFile(file, 'This is no database, but a text of some length. '.repeat(100));
      const opening = openStore({ url: `sqlite:${file}`, dataDir: 'unused' });
      await expect(opening).rejects.toMatchObject({ message: expect.stringContaining('not a database') });
      const beneath = openStore({ url: `sqlite:${file}/signalbox.db`, dataDir: 'unused' });
      await expect(beneath).rejects.toMatchObject({ message: expect.stringContaining('cannot be opened') });
      await mkdir(join(folder.path, 'folder'));
      const aFolder = openStore({ url: `sqlite:${join(folder.path, 'folder')}`, dataDir: 'unused' });
      await expect(aFolder).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    });

    it.each(['mysql://host/db', 'signalbox.db', 'sqlite::memory:', ''])(
      'refuses the URL "%s"',
      async (url) => {
        await expect(openStore({ url, dataDir: 'unused' })).rejects.toMatchObject({
          code: 'CONFIG_INVALID',
          field: 'store.url',
        });
      },
    );
  });
}
