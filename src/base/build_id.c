#include "base/build_id.h"

#include <elf.h>
#include <link.h>
#include <string.h>

static size_t align4(size_t size)
{
    return (size + 3) & ~(size_t)3;
}

/* Look through a segment of notes: head, name, and what is told, each padded to 4 octets. */
static size_t find(const uint8_t *at, size_t size, uint8_t out[TD_BUILD_ID_SIZE_MAX])
{
    ElfW(Nhdr) head;

    while (size >= sizeof(head)) {
        memcpy(&head, at, sizeof(head));
        size_t name = align4(head.n_namesz), told = align4(head.n_descsz);
        if (name > size - sizeof(head) || told > size - sizeof(head) - name)
            return 0;
        const uint8_t *octets = at + sizeof(head);
        if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 && head.n_descsz != 0 &&
            head.n_descsz <= TD_BUILD_ID_SIZE_MAX && memcmp(octets, "GNU", 4) == 0) {
            memcpy(out, octets + name, head.n_descsz);
            return head.n_descsz;
        }
        at = octets + name + told;
        size -= sizeof(head) + name + told;
    }
    return 0;
}

struct finding {
    uint8_t *out;
    size_t size;
};

/* Called for the program first, then for its libraries. */
static int look(struct dl_phdr_info *info, size_t info_size, void *context)
{
    struct finding *finding = context;

    (void)info_size;
    for (size_t i = 0; i < info->dlpi_phnum && finding->size == 0; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_NOTE)
            finding->size = find((const uint8_t *)(info->dlpi_addr + segment->p_vaddr),
                                 segment->p_memsz, finding->out);
    }
    return 1; /* that was all */
}

size_t td_build_id(uint8_t out[TD_BUILD_ID_SIZE_MAX])
{
    struct finding finding = { .out = out };

    (void)dl_iterate_phdr(look, &finding);
    return finding.size;
}
