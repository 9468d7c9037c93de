#include <immintrin.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "kernels.h"

// TensorFlow's C interface lends kernels no threads, so these are our own. They sleep when there has been nothing to do for a while.

namespace {

/** How long a thread looks for what it waits for before it sleeps: about as long as waking it takes on a virtual machine. */
constexpr std::chrono::microseconds patience(100);

/** Waits a little for something to come true. @returns whether it has */
template <class Condition>
bool comesTrue(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  do {
    for (int look = 0; look < 16; look++) {
      if (condition()) return true;
      _mm_pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

/**
 * Moves the calling thread to another processor when it is on this one. A system that wakes a thread while others are awake, be it only to
 * look for work, may put it beside the thread that woke it and leave both there for milliseconds.
 */
void moveFrom(int processor) {
  cpu_set_t allowed;
  if (sched_getcpu() != processor || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  cpu_set_t others = allowed;
  CPU_CLR(processor, &others);
  if (CPU_COUNT(&others) == 0 || sched_setaffinity(0, sizeof others, &others) != 0) return;
  sched_setaffinity(0, sizeof allowed, &allowed);
}

struct Job {
  Job(const std::function<void(int64_t)>& run, int64_t parts) : run(run), parts(parts) {}

  const std::function<void(int64_t)>& run;
  const int64_t parts;
  std::atomic<int64_t> taken{0};
  std::mutex lock;
  std::condition_variable changed;
  std::atomic<int64_t> done{0};
  /** The processor of the thread whose job it is. */
  std::atomic<int> processor{-1};

  /** Runs parts until none is left to take, asking each time whether to go on. */
  template <class GoesOn>
  void work(GoesOn goesOn) {
    for (int64_t part; goesOn() && (part = taken.fetch_add(1)) < parts;) {
      run(part);
      if (++done < parts) continue;
      std::lock_guard<std::mutex> held(lock);
      changed.notify_all();
    }
  }

  void waitUntilDone() {
    const auto isDone = [&] { return done == parts; };
    if (comesTrue(isDone)) return;
    std::unique_lock<std::mutex> held(lock);
    changed.wait(held, isDone);
  }
};

/**
 * Jobs of which parts may be left. TensorFlow may run several kernels side by side, each of which works on its own job; threads of the
 * queue help while fewer are at work than there are processors to use, as more only push one another's data out of the caches.
 */
struct Queue {
  std::mutex lock;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Job>> jobs;
  std::atomic<int> working{0};
  std::atomic<int64_t> changes{0};

  /** A job to help with; waits until there is one and help is wanted. */
  std::shared_ptr<Job> join() {
    std::unique_lock<std::mutex> held(lock);
    for (bool patient = true;;) {
      while (!jobs.empty() && jobs.front()->taken >= jobs.front()->parts) jobs.pop_front();
      if (!jobs.empty() && working < threadCount()) {
        working++;
        return jobs.front();
      }
      if (patient && working < threadCount()) {
        const int64_t seen = changes;
        held.unlock();
        patient = comesTrue([&] { return changes != seen; });
        held.lock();
        continue;
      }
      changed.wait(held);
      patient = true;
    }
  }

  void add(std::shared_ptr<Job> job) {
    {
      std::lock_guard<std::mutex> held(lock);
      jobs.push_back(std::move(job));
      working++;
      changes++;
    }
    changed.notify_all();
  }

  void leave() {
    {
      std::lock_guard<std::mutex> held(lock);
      working--;
      changes++;
    }
    changed.notify_all();
  }

  void help() {
    const auto job = join();
    job->work([&] {
      moveFrom(job->processor);
      return working <= threadCount();
    });
    leave();
  }
};

/** Never destroyed: the threads wait on it until the process is gone. */
Queue& queue() {
  static Queue* const only = [] {
    Queue* made = new Queue;
    for (int i = 1; i < threadCount(); i++) {
      std::thread([made] {
        for (;;) made->help();
      }).detach();
    }
    return made;
  }();
  return *only;
}

}  // namespace

int threadCount() {
  static const int count = [] {
    const char* given = std::getenv("TF_NUM_INTRAOP_THREADS");
    const int wanted = given == nullptr ? 0 : std::atoi(given);
    return wanted > 0 ? wanted : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }();
  return count;
}

void inParallel(int64_t parts, const std::function<void(int64_t)>& run) {
  if (parts <= 1 || threadCount() == 1) {
    for (int64_t part = 0; part < parts; part++) run(part);
    return;
  }
  const auto job = std::make_shared<Job>(run, parts);
  queue().add(job);
  job->work([&] {
    job->processor = sched_getcpu();
    return true;
  });
  queue().leave();
  job->waitUntilDone();
}
