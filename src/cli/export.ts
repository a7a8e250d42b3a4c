import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { components } from '../../sdk/client/src/index.ts'
import { HIDDEN } from '../detect/spec-secrets.ts'
import { addClientOptions, Client, type ClientOptions } from './client.ts'
import { writeSource } from './code/write.ts'
import { note, print } from './output.ts'

type Exported = components['schemas']['CodeExport']

/** `statuspulse export` */
export function defineExport(command: Command): void {
  command.option('--out <file>', 'where to write it; left out: standard output')
  addClientOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (options: ClientOptions & { out?: string }) => {
      const exported = await new Client(options).api.GET('/v1/code')
      const text = options.json
        ? `${JSON.stringify(exported, null, 2)}\n`
        : writeSource(exported.document, remarksOn(exported))
      if (options.out === undefined) print(text.trimEnd())
      else {
        await writeFile(options.out, text)
        note(`Wrote ${options.out}.`)
      }
    })
}

const EXAMPLES = `
The file that asks for what is there: applied, it changes nothing. Secrets are not in it.

Examples:
  $ statuspulse export --out statuspulse.yaml
  $ statuspulse export --json`

function remarksOn({ document, left_out }: Exported): string[] {
  const hasSecrets = JSON.stringify(document).includes(`"${HIDDEN}"`)
  return [
    ...(hasSecrets
      ? [
          `${HIDDEN} leaves a secret as it is on the server. To have it from the environment,`,
          'write ${NAME} in its place.',
        ]
      : []),
    ...left_out.map(
      ({ thing, id, reason }) => `Left out: ${thing.replace('_', ' ')} ${id}, because ${reason}.`,
    ),
  ]
}
