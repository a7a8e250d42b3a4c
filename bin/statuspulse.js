#!/usr/bin/env node
// Runs StatusPulse on a Node that can: this one, or the one that npm brought along (package `node`).
// Plain JavaScript that every Node from 18 on understands.
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { constants as system } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NEEDED_MAJOR = 24
const MAIN = new URL('../src/main.ts', import.meta.url)
// MiB that young objects may fill before they are collected. Node's own 64 make pauses of 20 ms, which are the tail of
// every latency; `npm start` says the same to a Node that needs no other.
const FLAGS = ['--max-semi-space-size=8']

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) await import(MAIN)
else runOn(ownNode())

/** The Node of the npm package, wherever npm put it: beside this package's others, or further up. */
function ownNode() {
  const candidates = [packageFile('node', 'bin/node'), archPackageFile()]
  const found = candidates.find(file => file !== null && isExecutable(file))
  if (found) return found
  console.error(
    `This is Node ${process.versions.node}; StatusPulse runs on Node ${NEEDED_MAJOR} or newer.\n` +
      'npm brings one along (package "node"), but it is not there: its install script did not run.\n' +
      'Run: npm rebuild node --foreground-scripts   (or install a newer Node yourself)',
  )
  process.exit(1)
}

function archPackageFile() {
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  const manifest = packageFile('node', 'package.json')
  return packageFile(`${prefix}-${process.platform}-${process.arch}`, 'bin/node', manifest ?? import.meta.url)
}

function packageFile(name, file, from = import.meta.url) {
  try {
    return join(dirname(createRequire(from).resolve(`${name}/package.json`)), file)
  } catch {
    return null
  }
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Ends as the child ends. Signals are passed on, and then it is the child's to stop: the program
 * itself knows that a Ctrl-C in a terminal comes more than once (from the terminal, from npm and
 * from here). Over the channel the child notices when this process is killed.
 */
function runOn(node) {
  const child = spawn(node, [...FLAGS, fileURLToPath(MAIN), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  const passOn = signal => child.kill(signal)
  for (const signal of signals) process.on(signal, passOn)
  child.on('error', error => {
    console.error(`${node} cannot be run: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, passOn)
    if (signal === null) process.exit(code)
    process.kill(process.pid, signal)
    // Not every signal ends a process at once, and none may leave it running.
    setTimeout(() => process.exit(128 + system.signals[signal]), 1_000)
  })
}
