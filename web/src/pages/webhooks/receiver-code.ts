import type { Endpoint } from '../../api/types.ts'

interface Receiver {
  readonly language: string
  /** How it is run, with the secret in its environment. */
  readonly run: string
  readonly code: string
}

/** Receivers that run as they are, with nothing but their language's own library. */
export function receiversFor(
  endpoint: Pick<Endpoint, 'url' | 'success_statuses' | 'timeout_ms'>,
): Receiver[] {
  const settings = {
    path: pathOf(endpoint.url),
    status: endpoint.success_statuses[0] ?? 200,
    seconds: endpoint.timeout_ms / 1000,
  }
  return [
    { language: 'Node.js', run: 'STATUSPULSE_SECRET=whsec_… node receiver.mjs', code: node(settings) },
    { language: 'Python', run: 'STATUSPULSE_SECRET=whsec_… python3 receiver.py', code: python(settings) },
    { language: 'Go', run: 'STATUSPULSE_SECRET=whsec_… go run receiver.go', code: go(settings) },
  ]
}

function pathOf(url: string): string {
  try {
    return new URL(url).pathname
  } catch {
    return '/'
  }
}

interface Settings {
  path: string
  status: number
  seconds: number
}

function node({ path, status, seconds }: Settings): string {
  return `import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const key = Buffer.from(process.env.STATUSPULSE_SECRET.replace('whsec_', ''), 'base64')
const seen = new Set() // keep it in your database to know repeats after a restart

function isGenuine(headers, body) {
  const id = headers['webhook-id']
  const sentAt = headers['webhook-timestamp']
  if (!(Math.abs(Date.now() / 1000 - sentAt) <= 300)) return false
  const expected = createHmac('sha256', key).update(\`\${id}.\${sentAt}.\`).update(body).digest()
  return String(headers['webhook-signature']).split(' ').some(signature => {
    const given = Buffer.from(signature.replace('v1,', ''), 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}

createServer(async (request, response) => {
  if (request.method !== 'POST' || request.url !== '${path}') return response.writeHead(404).end()
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  if (!isGenuine(request.headers, body)) return response.writeHead(401).end('signature does not match')

  const event = JSON.parse(body)
  const isDryRun = request.headers['x-statuspulse-dry-run'] === 'true'
  if (!seen.has(event.event_id)) {
    seen.add(event.event_id)
    console.log(isDryRun ? 'dry run:' : 'event:', event.monitor_name, event.status)
  }
  response.writeHead(${status}).end('ok') // within ${seconds} s: do what takes longer afterwards
}).listen(process.env.PORT ?? 3000)
`
}

function python({ path, status, seconds }: Settings): string {
  return `import base64, hashlib, hmac, json, os, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["STATUSPULSE_SECRET"].removeprefix("whsec_"))
seen = set()  # keep it in your database to know repeats after a restart


def is_genuine(headers, body):
    try:
        if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
            return False
        signed = f'{headers["webhook-id"]}.{headers["webhook-timestamp"]}.'.encode() + body
        expected = "v1," + base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
        return any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split(" "))
    except (AttributeError, TypeError, ValueError):
        return False


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path != "${path}":
            return self.answer(404, b"")
        if not is_genuine(self.headers, body):
            return self.answer(401, b"signature does not match")
        event = json.loads(body)
        is_dry_run = self.headers.get("x-statuspulse-dry-run") == "true"
        if event["event_id"] not in seen:
            seen.add(event["event_id"])
            print("dry run:" if is_dry_run else "event:", event["monitor_name"], event["status"], flush=True)
        self.answer(${status}, b"ok")  # within ${seconds} s: do what takes longer afterwards

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


ThreadingHTTPServer(("", int(os.environ.get("PORT", "3000"))), Receiver).serve_forever()
`
}

function go({ path, status, seconds }: Settings): string {
  return `package main

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

var seen sync.Map // keep it in your database to know repeats after a restart

func isGenuine(key []byte, header http.Header, body []byte) bool {
	sentAt, err := strconv.ParseInt(header.Get("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(sentAt, 0)).Abs() > 300*time.Second {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.", header.Get("webhook-id"), sentAt)
	mac.Write(body)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, signature := range strings.Fields(header.Get("webhook-signature")) {
		if hmac.Equal([]byte(signature), []byte(expected)) {
			return true
		}
	}
	return false
}

func main() {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("STATUSPULSE_SECRET"), "whsec_"))
	if err != nil {
		log.Fatal("STATUSPULSE_SECRET: ", err)
	}
	http.HandleFunc("POST ${path}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil || !isGenuine(key, r.Header, body) {
			http.Error(w, "signature does not match", http.StatusUnauthorized)
			return
		}
		var event struct {
			ID      string \`json:"event_id"\`
			Monitor string \`json:"monitor_name"\`
			Status  string \`json:"status"\`
		}
		if err := json.Unmarshal(body, &event); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if _, isRepeat := seen.LoadOrStore(event.ID, true); !isRepeat {
			log.Println(event.Monitor, event.Status, "dry run:", r.Header.Get("x-statuspulse-dry-run") == "true")
		}
		w.WriteHeader(${status}) // within ${seconds} s: do what takes longer afterwards
	})
	log.Fatal(http.ListenAndServe(":"+cmp.Or(os.Getenv("PORT"), "3000"), nil))
}
`
}
