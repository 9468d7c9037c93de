#include <immintrin.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "kernels.h"

// The instruction set that the kernels use, and their thread pool.

bool useAvx512() {
  static const bool use = [] {
    const char* const maxIsa = std::getenv("ONEDNN_MAX_CPU_ISA");
    for (const char* narrow : {"SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2"})
      if (maxIsa != nullptr && std::strcmp(maxIsa, narrow) == 0) return false;
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }();
  return use;
}

// The thread pool of the kernels. TensorFlow's C API gives kernels no access to its own. Idle threads spin briefly, then sleep.

namespace {

/** How long a thread spins before it sleeps: about as long as a wake-up takes on a virtual machine. */
constexpr std::chrono::microseconds spinTime(100);

/** Spins until the condition holds or `spinTime` is over. @returns whether it holds */
template <class Condition>
bool spinUntil(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + spinTime;
  do {
    for (int poll = 0; poll < 16; poll++) {
      if (condition()) return true;
      _mm_pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

/**
 * Migrates the calling thread to another CPU if it runs on this one. A scheduler may wake a thread on the CPU of its waker even
 * while others idle, and leave both there for milliseconds.
 */
void migrateOff(int cpu) {
  cpu_set_t allowed;
  if (sched_getcpu() != cpu || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  cpu_set_t others = allowed;
  CPU_CLR(cpu, &others);
  if (CPU_COUNT(&others) == 0 || sched_setaffinity(0, sizeof others, &others) != 0) return;
  sched_setaffinity(0, sizeof allowed, &allowed);
}

/** One call of `parallelFor`: its iterations are claimed one at a time. */
struct Loop {
  Loop(const std::function<void(int64_t)>& body, int64_t count) : body(body), count(count) {}

  const std::function<void(int64_t)>& body;
  const int64_t count;
  std::atomic<int64_t> next{0};
  std::mutex mutex;
  std::condition_variable finished;
  std::atomic<int64_t> done{0};
  /** The CPU of the thread that called `parallelFor`. */
  std::atomic<int> callerCpu{-1};

  /** Runs iterations until none is unclaimed or keepGoing() is false. */
  template <class KeepGoing>
  void work(KeepGoing keepGoing) {
    for (int64_t i; keepGoing() && (i = next.fetch_add(1)) < count;) {
      body(i);
      if (++done < count) continue;
      std::lock_guard<std::mutex> guard(mutex);
      finished.notify_all();
    }
  }

  void wait() {
    const auto isDone = [&] { return done == count; };
    if (spinUntil(isDone)) return;
    std::unique_lock<std::mutex> guard(mutex);
    finished.wait(guard, isDone);
  }
};

/**
 * Loops with unclaimed iterations. TensorFlow may run several kernels at once, each working on its own loop; pool threads join
 * only while fewer threads are active than `numThreads()`, since oversubscription evicts each other's caches.
 */
struct Pool {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Loop>> loops;
  std::atomic<int> active{0};
  std::atomic<int64_t> changes{0};

  /** Blocks until there is a loop to join and a free slot for this thread. */
  std::shared_ptr<Loop> join() {
    std::unique_lock<std::mutex> guard(mutex);
    for (bool spin = true;;) {
      while (!loops.empty() && loops.front()->next >= loops.front()->count) loops.pop_front();
      if (!loops.empty() && active < numThreads()) {
        active++;
        return loops.front();
      }
      if (spin && active < numThreads()) {
        const int64_t seen = changes;
        guard.unlock();
        spin = spinUntil([&] { return changes != seen; });
        guard.lock();
        continue;
      }
      changed.wait(guard);
      spin = true;
    }
  }

  /** Adds a loop and counts the caller as active. */
  void add(std::shared_ptr<Loop> loop) {
    {
      std::lock_guard<std::mutex> guard(mutex);
      loops.push_back(std::move(loop));
      active++;
      changes++;
    }
    changed.notify_all();
  }

  void leave() {
    {
      std::lock_guard<std::mutex> guard(mutex);
      active--;
      changes++;
    }
    changed.notify_all();
  }

  void help() {
    const auto loop = join();
    loop->work([&] {
      migrateOff(loop->callerCpu);
      return active <= numThreads();
    });
    leave();
  }
};

/** Never destroyed: its detached threads wait on it until the process ends. */
Pool& pool() {
  static Pool* const instance = [] {
    Pool* created = new Pool;
    for (int i = 1; i < numThreads(); i++) {
      std::thread([created] {
        for (;;) created->help();
      }).detach();
    }
    return created;
  }();
  return *instance;
}

}  // namespace

int numThreads() {
  static const int count = [] {
    const char* setting = std::getenv("TF_NUM_INTRAOP_THREADS");
    const int wanted = setting == nullptr ? 0 : std::atoi(setting);
    return wanted > 0 ? wanted : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }();
  return count;
}

void parallelFor(int64_t count, const std::function<void(int64_t)>& body) {
  if (count <= 1 || numThreads() == 1) {
    for (int64_t i = 0; i < count; i++) body(i);
    return;
  }
  const auto loop = std::make_shared<Loop>(body, count);
  pool().add(loop);
  loop->work([&] {
    loop->callerCpu = sched_getcpu();
    return true;
  });
  pool().leave();
  loop->wait();
}
