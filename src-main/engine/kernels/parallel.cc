#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "kernels.h"

// TensorFlow's C interface lends kernels no threads, so these are our own. They sleep while there is nothing to do.

namespace {

struct Job {
  Job(const std::function<void(int64_t)>& run, int64_t parts) : run(run), parts(parts) {}

  const std::function<void(int64_t)>& run;
  const int64_t parts;
  std::atomic<int64_t> taken{0};
  std::mutex lock;
  std::condition_variable changed;
  int64_t done = 0;

  /** Runs parts until none is left to take. */
  void work() {
    for (int64_t part; (part = taken.fetch_add(1)) < parts;) {
      run(part);
      std::lock_guard<std::mutex> held(lock);
      if (++done == parts) changed.notify_all();
    }
  }
};

struct Queue {
  std::mutex lock;
  std::condition_variable filled;
  std::deque<std::shared_ptr<Job>> jobs;

  /** A job of which a part may be left; waits for one. */
  std::shared_ptr<Job> next() {
    std::unique_lock<std::mutex> held(lock);
    for (;;) {
      while (!jobs.empty() && jobs.front()->taken >= jobs.front()->parts) jobs.pop_front();
      if (!jobs.empty()) return jobs.front();
      filled.wait(held);
    }
  }

  void add(std::shared_ptr<Job> job) {
    {
      std::lock_guard<std::mutex> held(lock);
      jobs.push_back(std::move(job));
    }
    filled.notify_all();
  }
};

/** Never destroyed: the threads wait on it until the process is gone. */
Queue& queue() {
  static Queue* const only = [] {
    Queue* made = new Queue;
    for (int i = 1; i < threadCount(); i++) {
      std::thread([made] {
        for (;;) made->next()->work();
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
  // Kernels that TensorFlow runs side by side take turns: more threads than processors only push one another's data out of the caches.
  static std::mutex turn;
  std::lock_guard<std::mutex> taken(turn);
  const auto job = std::make_shared<Job>(run, parts);
  queue().add(job);
  job->work();
  std::unique_lock<std::mutex> held(job->lock);
  job->changed.wait(held, [&] { return job->done == parts; });
}
