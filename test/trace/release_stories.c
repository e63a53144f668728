#include "trace/stories.h"
int release_stories(void)
{
    return 0;
}
