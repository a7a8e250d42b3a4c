import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

const TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  CAA: 257,
} as const
type Type = keyof typeof TYPES

/** How a question is answered beside records. `drop`: not at all. */
type Fault = 'drop' | 'servfail' | 'refused'

/** A name's records by type, as in a zone file; MX `10 mail.example`, SRV `1 2 443 host`, CAA `0 issue ca`. */
export type Zone = Readonly<Record<string, Readonly<Partial<Record<Type, readonly string[]>>> | Fault>>

/** A real name server on UDP, with a few names. Start it with {@link startDnsServer}. */
export class DnsServer {
  /** `type name` of every question so far. */
  readonly questions: string[] = []
  readonly port: number
  zone: Zone
  /** So many questions are lost before the next one is answered. */
  losing = 0
  readonly #socket: Socket

  constructor(socket: Socket, zone: Zone) {
    this.#socket = socket
    this.port = socket.address().port
    this.zone = zone
    socket.on('message', (message, from) => {
      const answer = this.#answer(message)
      if (answer) socket.send(answer, from.port, from.address)
    })
  }

  /** `address:port` */
  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  async close(): Promise<void> {
    this.#socket.close()
  }

  #answer(message: Buffer): Buffer | null {
    const labels: string[] = []
    let at = 12
    for (let length = message[at]!; length > 0; length = message[at]!) {
      labels.push(message.toString('latin1', at + 1, at + 1 + length))
      at += length + 1
    }
    const question = message.subarray(12, at + 5)
    const name = labels.join('.').toLowerCase()
    const asked = message.readUInt16BE(at + 1)
    const type = (Object.keys(TYPES) as Type[]).find(type => TYPES[type] === asked)!
    this.questions.push(`${type} ${name}`)
    const entry = this.zone[name]
    if (entry === 'drop' || this.losing-- > 0) return null
    const code = entry === undefined ? 3 : entry === 'servfail' ? 2 : entry === 'refused' ? 5 : 0
    const records = typeof entry === 'object' ? (entry[type] ?? []) : []
    const header = Buffer.alloc(12)
    message.copy(header, 0, 0, 2)
    // An answer, authoritative, with recursion.
    header.writeUInt16BE(0x8580 | code, 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(records.length, 6)
    return Buffer.concat([header, question, ...records.map(record => encode(type, record))])
  }
}

/** Starts a name server on a free port of 127.0.0.1. */
export async function startDnsServer(zone: Zone): Promise<DnsServer> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return new DnsServer(socket, zone)
}

function encode(type: Type, record: string): Buffer {
  const data = dataOf(type, record)
  const head = Buffer.alloc(12)
  // A pointer to the question's name.
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(TYPES[type], 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(60, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function dataOf(type: Type, record: string): Buffer {
  const words = record.split(' ')
  switch (type) {
    case 'A':
      return Buffer.from(record.split('.').map(Number))
    case 'AAAA':
      return Buffer.from(
        record
          .split(':')
          .map(part => part.padStart(4, '0'))
          .join(''),
        'hex',
      )
    case 'TXT':
      // Texts of up to 255 bytes; `|` is where one ends.
      return Buffer.concat(
        record.split('|').map(text => Buffer.from(`${String.fromCharCode(text.length)}${text}`)),
      )
    case 'MX':
      return Buffer.concat([uint16(words[0]), nameOf(words[1])])
    case 'SRV':
      return Buffer.concat([uint16(words[0]), uint16(words[1]), uint16(words[2]), nameOf(words[3])])
    case 'CAA':
      return Buffer.concat([
        Buffer.from([Number(words[0]), words[1]!.length]),
        Buffer.from(words[1]! + words[2]!),
      ])
    case 'SOA':
      return Buffer.concat([
        nameOf(words[0]),
        nameOf(words[1]),
        uint32(words[2]),
        uint32('1'),
        uint32('1'),
        uint32('1'),
        uint32('1'),
      ])
    default:
      return nameOf(record)
  }
}

function nameOf(name = ''): Buffer {
  return Buffer.concat([
    ...name.split('.').map(label => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1')),
    Buffer.from([0]),
  ])
}

function uint16(text = '0'): Buffer {
  const buffer = Buffer.alloc(2)
  buffer.writeUInt16BE(Number(text))
  return buffer
}

function uint32(text = '0'): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE(Number(text))
  return buffer
}
