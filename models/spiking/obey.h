// The command loop of a compiled network: it runs, tells and changes what its standard input asks.
//
//   run STEPS      simulate so many steps of the default clock
//   take NAME      tell a recorded array, and forget it
//   read NAME      tell an array
//   mean NAME      tell the mean of an array of real numbers, a double
//   write NAME N   set an array from the N bytes that follow; one item fills the whole array
//   quit           leave (as does the end of the input)
//
// What is told: the number of bytes as decimal text and a line feed, then the bytes.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "brianlib/dynamic_array.h"
#include "network.h"

namespace obey {

struct Array {
    size_t item;                             // bytes of one item
    std::function<size_t()> size;            // items now
    std::function<char *()> data;            // where they are, if they lie in a row
    std::function<void()> forget;            // empty it, where it is a recording
    std::function<void(std::string &)> copy; // for what does not lie in a row
    std::function<void(const std::vector<char> &)> put; // and takes any number of bytes
    std::function<double()> mean;            // of real numbers
};

typedef std::map<std::string, Array> Arrays;

template <class T> double mean(const T *data, size_t size) {
    double sum = 0;
    for (size_t at = 0; at < size; at++)
        sum += (double)data[at];
    return sum / (double)size;
}

template <class T> Array fixed(T *data, size_t size) {
    Array array;
    array.item = sizeof(T);
    array.size = [=]() { return size; };
    array.data = [=]() { return (char *)data; };
    array.mean = [=]() { return mean(data, size); };
    return array;
}

template <class T> Array growing(std::vector<T> &values) {
    Array array;
    array.item = sizeof(T);
    array.size = [&]() { return values.size(); };
    array.data = [&]() { return (char *)values.data(); };
    array.forget = [&]() { values.clear(); };
    array.mean = [&]() { return mean(values.data(), values.size()); };
    return array;
}

template <class T> Array rows(DynamicArray2D<T> &table) {
    Array array;
    array.item = sizeof(T);
    array.size = [&]() { return (size_t)table.n * (size_t)table.m; };
    array.copy = [&](std::string &out) {
        for (int i = 0; i < table.n; i++)
            for (int j = 0; j < table.m; j++) {
                T value = table(i, j);
                out.append((const char *)&value, sizeof(T));
            }
    };
    array.forget = [&]() { table.resize(0, 0); };
    return array;
}

inline void fail(const std::string &why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(3);
}

// The bytes of something that can be copied as such, like a generator of random numbers.
template <class T> Array bytes(T &object) { return fixed((char *)&object, sizeof(T)); }

// The spikes that are on their way: the place in the ring, then for each delay how many and which.
template <class T> Array pathway(T &synapses) {
    Array array;
    CSpikeQueue *queue = synapses.queue[0];
    array.item = sizeof(int32_t);
    array.size = [=]() {
        size_t items = 1 + queue->queue.size();
        for (const std::vector<int32_t> &slot : queue->queue)
            items += slot.size();
        return items;
    };
    array.copy = [=](std::string &out) {
        std::vector<int32_t> flat(1, queue->offset);
        for (const std::vector<int32_t> &slot : queue->queue) {
            flat.push_back((int32_t)slot.size());
            flat.insert(flat.end(), slot.begin(), slot.end());
        }
        out.append((const char *)flat.data(), flat.size() * sizeof(int32_t));
    };
    array.put = [=](const std::vector<char> &given) {
        const int32_t *item = (const int32_t *)given.data();
        const int32_t *end = item + given.size() / sizeof(int32_t);
        if (item == end)
            fail("a pathway needs its place");
        queue->offset = *item++;
        queue->queue.clear();
        while (item != end) {
            int32_t size = *item++;
            if (size < 0 || size > end - item)
                fail("the spikes of a pathway are not complete");
            queue->queue.push_back(std::vector<int32_t>(item, item + size));
            item += size;
        }
    };
    return array;
}

inline Array &find(Arrays &arrays, const char *name) {
    Arrays::iterator found = arrays.find(name);
    if (found == arrays.end())
        fail(std::string("there is no array ") + name);
    return found->second;
}

inline void tell(Array &array) {
    size_t bytes = array.size() * array.item;
    std::printf("%zu\n", bytes);
    if (array.copy) {
        std::string out;
        array.copy(out);
        std::fwrite(out.data(), 1, out.size(), stdout);
    } else if (bytes) {
        std::fwrite(array.data(), 1, bytes, stdout);
    }
}

inline void set(Array &array, size_t bytes) {
    std::vector<char> given(bytes);
    if (bytes && std::fread(given.data(), 1, bytes, stdin) != bytes)
        fail("the input ended within an array");
    size_t whole = array.size() * array.item;
    if (array.put)
        array.put(given);
    else if (bytes == array.item)
        for (size_t at = 0; at < whole; at += array.item)
            std::memcpy(array.data() + at, given.data(), array.item);
    else if (bytes == whole)
        std::memcpy(array.data(), given.data(), bytes);
    else
        fail("an array was given with another size than it has");
}

// Steps are counted here, so that the sum of many short runs cannot drift from the clock's grid.
inline void serve(Network &network, double dt, Arrays arrays) {
    char command[16], name[256];
    int64_t done = 0;
    arrays["steps"] = fixed(&done, 1);
    while (std::scanf("%15s", command) == 1) {
        std::string what(command);
        if (what == "quit")
            break;
        if (what == "run") {
            long long steps = 0;
            if (std::scanf("%lld", &steps) != 1)
                fail("run needs a number of steps");
            network.t = done * dt;
            network.run((done + steps) * dt - network.t, NULL, 1e9);
            done += steps;
            std::printf("0\n");
        } else if (what == "read" || what == "take") {
            if (std::scanf("%255s", name) != 1)
                fail("a name is needed");
            Array &array = find(arrays, name);
            tell(array);
            if (what == "take" && array.forget)
                array.forget();
        } else if (what == "mean") {
            if (std::scanf("%255s", name) != 1)
                fail("a name is needed");
            Array &array = find(arrays, name);
            if (!array.mean)
                fail(std::string("there is no mean of ") + name);
            double value = array.mean();
            std::printf("%zu\n", sizeof value);
            std::fwrite(&value, sizeof value, 1, stdout);
        } else if (what == "write") {
            size_t bytes = 0;
            if (std::scanf("%255s %zu", name, &bytes) != 2)
                fail("write needs a name and a number of bytes");
            std::getchar(); // the line feed
            set(find(arrays, name), bytes);
            continue; // no answer: a mistake ends the program
        } else {
            fail("unknown command " + what);
        }
        std::fflush(stdout);
    }
    std::fflush(stdout);
    std::_Exit(0); // nothing is left to write
}

} // namespace obey
