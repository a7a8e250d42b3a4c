import { type Document, isAlias, type Node, visit } from 'yaml'

/** What every alias of a document stands for: looked up once, where the library looks through the whole document each time. */
export class Aliases {
  readonly #targets = new Map<unknown, Node>()

  constructor(document: Document) {
    const anchors = new Map<string, Node>()
    visit(document, {
      Node: (_, node) => {
        if (isAlias(node)) {
          const target = anchors.get(node.source)
          if (target) this.#targets.set(node, target)
        } else if ('anchor' in node && node.anchor) anchors.set(node.anchor, node as Node)
      },
    })
  }

  /** What an alias stands for, anything else as it is; undefined: an alias of nothing that stands before it. */
  resolve(node: unknown): unknown {
    return isAlias(node) ? this.#targets.get(node) : node
  }
}
