/* folder.h - a folder of its own for a test. */
#ifndef TEST_SUPPORT_FOLDER_H
#define TEST_SUPPORT_FOLDER_H

struct folder {
    char path[64];
    char file[128]; /* a path in it, for the test to use */
};

/* Makes the folder. */
void folder_make(struct folder *folder);

/* Removes it with all that is in it. */
void folder_remove(struct folder *folder);

/* Writes the file of the folder anew. */
void folder_write(const struct folder *folder, const char *content);

/* Writes a file in it, "sub/folders/name", with mode 0600. ret_path may be NULL. */
void folder_put(const struct folder *folder, const char *name, const char *content,
                char ret_path[256]);

#endif
