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

  /** Runs parts until none is left to take, or `stays` says that others should. */
  template <class Stays>
  void work(Stays stays) {
    for (int64_t part; stays() && (part = taken.fetch_add(1)) < parts;) {
      run(part);
      std::lock_guard<std::mutex> held(lock);
      if (++done == parts) changed.notify_all();
    }
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

  /** A job to help with; waits until there is one and help is wanted. */
  std::shared_ptr<Job> join() {
    std::unique_lock<std::mutex> held(lock);
    for (;;) {
      while (!jobs.empty() && jobs.front()->taken >= jobs.front()->parts) jobs.pop_front();
      if (!jobs.empty() && working < threadCount()) {
        working++;
        return jobs.front();
      }
      changed.wait(held);
    }
  }

  void add(std::shared_ptr<Job> job) {
    {
      std::lock_guard<std::mutex> held(lock);
      jobs.push_back(std::move(job));
      working++;
    }
    changed.notify_all();
  }

  void leave() {
    {
      std::lock_guard<std::mutex> held(lock);
      working--;
    }
    changed.notify_all();
  }

  void help() {
    join()->work([&] { return working <= threadCount(); });
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
  job->work([] { return true; });
  queue().leave();
  std::unique_lock<std::mutex> held(job->lock);
  job->changed.wait(held, [&] { return job->done == parts; });
}
