package statuspulse

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// State of an event in a [Store].
type State int

const (
	// New: the event is yours, until the lease ends.
	New State = iota
	// Busy: another one is handling it.
	Busy
	// Done: it was handled.
	Done
)

// Store remembers which events were handled. To share it between processes write one for what you have; with
// Redis Begin is SET key busy NX PX lease (and GET when refused), Finish SET key done PX ttl, Release DEL key.
type Store interface {
	// Begin takes an event, atomically.
	Begin(ctx context.Context, eventID string, lease time.Duration) (State, error)
	// Finish says that the event was handled: answer Done for the next ttl.
	Finish(ctx context.Context, eventID string, ttl time.Duration) error
	// Release says that it was not: the next attempt may take it.
	Release(ctx context.Context, eventID string) error
}

// MemoryStore is a store within this process: gone when it ends, and not shared with others.
type MemoryStore struct {
	mutex      sync.Mutex
	maxEntries int
	now        func() time.Time
	entries    map[string]*list.Element
	// order is by last change, so the front is the one to drop.
	order *list.List
}

type memoryEntry struct {
	eventID   string
	state     State
	expiresAt time.Time
}

// NewMemoryStore remembers at most maxEntries events, the oldest go first; 0 means 100,000.
func NewMemoryStore(maxEntries int) *MemoryStore {
	if maxEntries <= 0 {
		maxEntries = 100_000
	}
	return &MemoryStore{maxEntries: maxEntries, now: time.Now, entries: map[string]*list.Element{}, order: list.New()}
}

// Len is how many events are remembered.
func (s *MemoryStore) Len() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.entries)
}

// Begin implements [Store].
func (s *MemoryStore) Begin(_ context.Context, eventID string, lease time.Duration) (State, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if element, found := s.entries[eventID]; found {
		if entry := element.Value.(memoryEntry); entry.expiresAt.After(s.now()) {
			return entry.state, nil
		}
	}
	s.put(eventID, Busy, lease)
	return New, nil
}

// Finish implements [Store].
func (s *MemoryStore) Finish(_ context.Context, eventID string, ttl time.Duration) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.put(eventID, Done, ttl)
	return nil
}

// Release implements [Store].
func (s *MemoryStore) Release(_ context.Context, eventID string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.drop(eventID)
	return nil
}

func (s *MemoryStore) put(eventID string, state State, lifetime time.Duration) {
	s.drop(eventID)
	now := s.now()
	s.entries[eventID] = s.order.PushBack(memoryEntry{eventID: eventID, state: state, expiresAt: now.Add(lifetime)})
	for element := s.order.Front(); element != nil; element = s.order.Front() {
		oldest := element.Value.(memoryEntry)
		if len(s.entries) <= s.maxEntries && oldest.expiresAt.After(now) {
			return
		}
		s.drop(oldest.eventID)
	}
}

func (s *MemoryStore) drop(eventID string) {
	if element, found := s.entries[eventID]; found {
		s.order.Remove(element)
		delete(s.entries, eventID)
	}
}

// Outcome of [Deduplicator.Run].
type Outcome int

const (
	// Handled: the work was done.
	Handled Outcome = iota
	// Duplicate: it had been done before.
	Duplicate
	// InProgress: it is being done right now, and may still fail.
	InProgress
)

// Deduplicator handles every event once: StatusPulse sends at least once, so an event whose answer was lost,
// or that is replayed, comes again. An event counts as handled when its work has ended well.
// The zero value is not ready: use [NewDeduplicator].
type Deduplicator struct {
	store Store
	ttl   time.Duration
	lease time.Duration
}

// DeduplicatorOptions have a use as they are.
type DeduplicatorOptions struct {
	// Store is a new MemoryStore unless set.
	Store Store
	// TTL is how long a handled event is remembered; 0 means 24 h, and retries end after 6 h.
	TTL time.Duration
	// Lease is after how long work that did not end is taken as lost; 0 means 60 s.
	Lease time.Duration
}

// NewDeduplicator makes one.
func NewDeduplicator(options DeduplicatorOptions) *Deduplicator {
	deduplicator := &Deduplicator{store: options.Store, ttl: options.TTL, lease: options.Lease}
	if deduplicator.store == nil {
		deduplicator.store = NewMemoryStore(0)
	}
	if deduplicator.ttl <= 0 {
		deduplicator.ttl = 24 * time.Hour
	}
	if deduplicator.lease <= 0 {
		deduplicator.lease = time.Minute
	}
	return deduplicator
}

// Run does the work, unless the event was handled already, or is being handled right now. The error is the
// work's or the store's; the event may then be tried again.
func (d *Deduplicator) Run(ctx context.Context, eventID string, work func() error) (Outcome, error) {
	state, err := d.store.Begin(ctx, eventID, d.lease)
	if err != nil {
		return InProgress, err
	}
	switch state {
	case Busy:
		return InProgress, nil
	case Done:
		return Duplicate, nil
	}
	finished := false
	defer func() {
		// Also when the work panics, or the sender hung up and its context ended.
		if !finished {
			_ = d.store.Release(context.WithoutCancel(ctx), eventID)
		}
	}()
	if err := work(); err != nil {
		return Handled, err
	}
	finished = true
	return Handled, d.store.Finish(context.WithoutCancel(ctx), eventID, d.ttl)
}
