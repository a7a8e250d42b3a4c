package statuspulse

import (
	"context"
	"errors"
	"testing"
	"time"
)

type dedupeBench struct {
	now          time.Time
	store        *MemoryStore
	deduplicator *Deduplicator
}

func newDedupeBench(maxEntries int) *dedupeBench {
	bench := &dedupeBench{now: time.Unix(1_715_678_592, 0), store: NewMemoryStore(maxEntries)}
	bench.store.now = func() time.Time { return bench.now }
	bench.deduplicator = NewDeduplicator(DeduplicatorOptions{Store: bench.store, TTL: 100 * time.Second, Lease: 10 * time.Second})
	return bench
}

func (b *dedupeBench) run(t *testing.T, eventID string, want Outcome) {
	t.Helper()
	got, err := b.deduplicator.Run(context.Background(), eventID, func() error { return nil })
	if err != nil || got != want {
		t.Errorf("%s: got %v, %v, want %v", eventID, got, err, want)
	}
}

func TestAnEventIsHandledOnce(t *testing.T) {
	bench := newDedupeBench(0)
	bench.run(t, "a", Handled)
	bench.run(t, "a", Duplicate)
	bench.run(t, "b", Handled)
}

func TestAnEventThatFailedMayComeAgain(t *testing.T) {
	bench := newDedupeBench(0)
	failure := errors.New("no database")
	if _, err := bench.deduplicator.Run(context.Background(), "a", func() error { return failure }); err != failure {
		t.Errorf("got %v", err)
	}
	bench.run(t, "a", Handled)
}

func TestAnEventWhoseWorkPanicsMayComeAgain(t *testing.T) {
	bench := newDedupeBench(0)
	func() {
		defer func() { _ = recover() }()
		_, _ = bench.deduplicator.Run(context.Background(), "a", func() error { panic("no database") })
	}()
	bench.run(t, "a", Handled)
}

func TestAnEventThatIsBeingHandledIsNoDuplicate(t *testing.T) {
	bench := newDedupeBench(0)
	_, err := bench.deduplicator.Run(context.Background(), "a", func() error {
		bench.run(t, "a", InProgress)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	bench.run(t, "a", Duplicate)
}

func TestWorkThatNeverEndsMayBeTakenAfterTheLease(t *testing.T) {
	bench := newDedupeBench(0)
	if _, err := bench.store.Begin(context.Background(), "a", 10*time.Second); err != nil {
		t.Fatal(err)
	}
	bench.now = bench.now.Add(10*time.Second - 1)
	bench.run(t, "a", InProgress)
	bench.now = bench.now.Add(1)
	bench.run(t, "a", Handled)
}

func TestAnEventIsForgottenAfterItsTimeToLive(t *testing.T) {
	bench := newDedupeBench(0)
	bench.run(t, "a", Handled)
	bench.now = bench.now.Add(100*time.Second - 1)
	bench.run(t, "a", Duplicate)
	bench.now = bench.now.Add(1)
	bench.run(t, "a", Handled)
}

func TestTheMemoryStoreDropsTheOldestWhenItIsFull(t *testing.T) {
	bench := newDedupeBench(2)
	for _, eventID := range []string{"a", "b", "c"} {
		bench.run(t, eventID, Handled)
	}
	if bench.store.Len() != 2 {
		t.Errorf("%d entries", bench.store.Len())
	}
	bench.run(t, "c", Duplicate)
	bench.run(t, "b", Duplicate)
	bench.run(t, "a", Handled)
}

func TestTheMemoryStoreDropsWhatHasExpired(t *testing.T) {
	bench := newDedupeBench(0)
	bench.run(t, "a", Handled)
	bench.run(t, "b", Handled)
	bench.now = bench.now.Add(100 * time.Second)
	bench.run(t, "c", Handled)
	if bench.store.Len() != 1 {
		t.Errorf("%d entries", bench.store.Len())
	}
}
